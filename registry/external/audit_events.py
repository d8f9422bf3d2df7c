"""What the ledger records about records of other registries."""

from compliance.audit import define

RECORD_IMPORTED = define(
    "external.record.imported",
    "imported the record {record} of {source}: {approval}",
    "record", "source", "approval", "document_sha256",
    category="model", ocsf="entity.create",
)  # fmt: skip
RECORD_VIEWED = define(
    "external.record.viewed",
    "looked at the record {record} of another registry",
    "record",
    category="model",
    ocsf="entity.read",
)
ATTESTED = define(
    "external.attestation.made",
    "attested {platform} until {until}",
    "platform", "until",
    category="security", ocsf="entity.create",
)  # fmt: skip
WITHDRAWN = define(
    "external.attestation.withdrawn",
    "withdrew the attestation of {platform}",
    "platform",
    category="security",
    ocsf="entity.update",
)
