"""What the ledger records about variants."""

from compliance.audit import define

VARIANT_ASKED = define(
    "variants.variant.asked",
    "asked for the variant {variant} of {name} version {version}",
    "name", "version", "variant", "kind",
    category="model", ocsf="entity.create",
)  # fmt: skip
VARIANT_MADE = define(
    "variants.variant.made",
    "made the variant {variant} of {name} version {version} ({size} bytes)",
    "name", "version", "variant", "kind", "size", "sha256", "tool", "key_version",
    category="model", ocsf="entity.update",
)  # fmt: skip
VARIANT_FAILED = define(
    "variants.variant.failed",
    "could not make the variant {variant} of {name} version {version}",
    "name", "version", "variant", "kind",
    category="model", ocsf="application_error.general_error",
)  # fmt: skip
VARIANT_UPLOADED = define(
    "variants.variant.uploaded",
    "uploaded the variant {variant} of {name} version {version} ({format}, {size} bytes)",
    "name", "version", "variant", "kind", "format", "size", "sha256", "key_version",
    category="model", ocsf="file_hosting.upload",
)  # fmt: skip
VARIANT_MEASURED = define(
    "variants.variant.measured",
    "gave metrics of the variant {variant} of {name} version {version}",
    "name", "version", "variant", "metrics",
    category="model", ocsf="scan.completed",
)  # fmt: skip
VARIANT_VERIFIED = define(
    "variants.variant.verified",
    "verified the stored file of the variant {variant} of {name} version {version}: {result}",
    "name", "version", "variant", "result",
    category="security", ocsf="scan.completed",
)  # fmt: skip
