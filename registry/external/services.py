"""Taking in what another registry says."""

import hashlib
import json
from typing import Any

from django.db import IntegrityError, transaction

from compliance.audit import Actor, record
from modelops.lib.errors import Invalid

from .audit_events import RECORD_IMPORTED
from .models import ExternalRecord, Source
from .sagemaker import Malformed, read_package

_LARGEST = 256 * 1024


def import_model_package(package: Any, policy: Any = None, *, actor: Actor) -> tuple[ExternalRecord, bool]:
    """A read-only record of a SageMaker model package, and whether it is new: the same document makes one record.

    ``policy`` is the resource policy of its group; without it who can approve there is unknown. A later document of the
    same package is a record beside the former. Raises Invalid.
    """
    try:
        text = json.dumps([package, policy], sort_keys=True, ensure_ascii=False)
        raw = text.encode()
        if len(raw) > _LARGEST or "\\u0000" in text:
            raise Malformed(f"The document is larger than {_LARGEST:,} bytes, or has NUL characters.")
        found = read_package(package, policy)
    except UnicodeEncodeError:
        raise Invalid(
            "The document has halves of characters. Send it as UTF-8.",
            code="external_record.malformed",
            field="model_package",
        ) from None
    except (Malformed, RecursionError) as fault:
        raise Invalid(
            f"{fault} Send what 'aws sagemaker describe-model-package' prints.",
            code="external_record.malformed",
            field="model_package",
        ) from None
    digest = hashlib.sha256(raw).hexdigest()
    row = ExternalRecord(
        source=Source.SAGEMAKER,
        reference=found.reference,
        group=found.group,
        number=found.number,
        approval=found.approval,
        said_approval=found.said_approval,
        approvers=None if found.approvers is None else list(found.approvers),
        document_sha256=digest,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            record(
                RECORD_IMPORTED, row, actor=actor, record=str(row), source=row.source, approval=row.approval,
                document_sha256=digest,
            )  # fmt: skip
    except IntegrityError:
        return ExternalRecord.objects.get(reference=found.reference, document_sha256=digest), False
    return row, True
