"""What the ledger tells of the packages that the portal is made of."""

from compliance.audit import define

FILE_IMPORTED = define(
    "supply_chain.file.imported",
    "imported a file of {kind}: {count} entries, the newest of {told_at}",
    "kind", "count", "told_at", "sha256", "opened", "closed",
    category="security", ocsf="scan.completed",
)  # fmt: skip
PACKAGE_VULNERABLE = define(
    "supply_chain.package.vulnerable",
    "found {package} {version} to be vulnerable ({osv_id}, {severity})",
    "package", "version", "osv_id", "severity",
    category="security", ocsf="detection_finding.create",
)  # fmt: skip
PACKAGE_FIXED = define(
    "supply_chain.package.fixed",
    "no longer found {package} {version} ({osv_id}) in use, {hours} hours after it was found",
    "package", "version", "osv_id", "hours",
    category="security", ocsf="detection_finding.close",
)  # fmt: skip
BILL_GIVEN = define(
    "supply_chain.bill.given", "gave out the bill of materials of {packages} packages", "packages",
    category="security", ocsf="datastore.read",
)  # fmt: skip
