"""What the ledger records about uploads in progress. A version that comes of one is recorded as such."""

from compliance.audit import define

UPLOAD_BEGUN = define(
    "uploads.session.begun", "began an upload of {length} bytes", "length", category="data", ocsf="file_hosting.upload"
)
UPLOAD_CANCELLED = define(
    "uploads.session.cancelled",
    "cancelled an upload after {received} bytes",
    "received",
    category="data",
    ocsf="file_hosting.delete",
)
