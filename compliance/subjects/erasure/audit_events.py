"""What the ledger tells of erasures. Who was erased stands nowhere in it."""

from typing import Any, Final

from compliance.audit import EventClass, define


def _define(name: str, sentence: str, *details: str, ocsf: str = "entity.update") -> EventClass:
    more: dict[str, Any] = {"category": "privacy", "ocsf": ocsf}
    return define(name, sentence, *details, **more)


ERASURE_PREVIEWED: Final = _define(
    "subjects.erasure.previewed",
    "previewed the erasure for {reference} (rows: {rows}, parts: {parts}, kept: {kept}, models: {models})",
    "reference", "rows", "parts", "kept", "models",
    ocsf="datastore.query",
)  # fmt: skip
IMPACT_DECIDED: Final = _define(
    "subjects.erasure.impact_decided",
    "decided for {reference}: {decision} ({models} models)",
    "reference", "decision", "models",
)  # fmt: skip
ERASURE_APPROVED: Final = _define(
    "subjects.erasure.approved", "approved the erasure for {reference}", "reference", "fingerprint"
)
ERASURE_STARTED: Final = _define("subjects.erasure.started", "began the erasure for {reference}", "reference")
ERASURE_STOPPED: Final = _define("subjects.erasure.stopped", "the erasure for {reference} stopped", "reference")
PART_ERASED: Final = _define(
    "subjects.erasure.part_erased",
    "erased part {position} for {reference}: {provider} ({action}, rows: {rows})",
    "reference", "position", "provider", "action", "rows",
    ocsf="datastore.delete",
)  # fmt: skip
PART_KEPT: Final = _define(
    "subjects.erasure.part_kept",
    "kept part {position} for {reference}: {provider}",
    "reference",
    "position",
    "provider",
)
ERASURE_COMPLETED: Final = _define(
    "subjects.erasure.completed",
    "completed the erasure for {reference} (rows: {rows}, parts kept: {kept}); certificate {certificate}",
    "reference", "certificate", "rows", "kept", "subject_hash",
    ocsf="datastore.delete",
)  # fmt: skip
CERTIFICATE_READ: Final = _define(
    "subjects.erasure.certificate_read", "took the certificate of {reference}", "reference", ocsf="entity.read"
)
HOLD_SET: Final = _define(
    "subjects.hold.set",
    "keeps {data_class} from erasure for {reference} until {recheck_on}",
    "data_class", "reference", "recheck_on",
    ocsf="entity.create",
)  # fmt: skip
HOLD_LIFTED: Final = _define("subjects.hold.lifted", "lifted the hold on {data_class}", "data_class")
REPLAYED: Final = _define(
    "subjects.erasure.replayed",
    "did {erasures} erasures again after a restore (rows: {rows}, still found: {found})",
    "erasures", "rows", "found",
    ocsf="datastore.delete",
)  # fmt: skip
