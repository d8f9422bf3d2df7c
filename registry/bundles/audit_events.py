"""What the ledger records about bundles."""

from compliance.audit import define

BUNDLE_EXPORTED = define(
    "bundles.bundle.exported",
    "exported {name} version {version} as a bundle ({members} members, {size} bytes)",
    "name", "version", "members", "size", "manifest_sha256", "with_parameters", "key",
    category="model", ocsf="file_hosting.download",
)  # fmt: skip
BUNDLE_IMPORTED = define(
    "bundles.bundle.imported",
    "imported a bundle of {source} version {source_version} as {name} version {version}",
    "name", "version", "source", "source_version", "manifest_sha256", "key",
    category="model", ocsf="file_hosting.upload",
)  # fmt: skip
BUNDLE_REFUSED = define(
    "bundles.bundle.refused",
    "refused a bundle for {name}: {reason}",
    "name",
    "reason",
    category="security",
    ocsf="file_hosting.upload",
)
