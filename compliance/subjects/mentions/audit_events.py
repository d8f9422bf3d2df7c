"""What the ledger tells of texts that named a person. The person stands nowhere in it."""

from typing import Final

from compliance.audit import define

TEXT_ERASED: Final = define(
    "subjects.text.erased",
    "took the name of a person out of {columns}",
    "columns",
    category="privacy",
    ocsf="entity.update",
)
