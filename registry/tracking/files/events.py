"""What the ledger records about files of runs and logged models. Paths are people's words, so they stay out of it."""

from compliance.audit import define

FILE_STORED = define(
    "tracking.file.stored",
    "stored an artifact of {size} bytes for {owner}",
    "owner", "size", "sha256", "key_version", "replaced",
    category="data", ocsf="file_hosting.upload",
)  # fmt: skip
FILE_OPENED = define(
    "tracking.file.opened",
    "asked for a decrypted artifact of {owner} ({size} bytes)",
    "owner", "size", "sha256",
    category="security", ocsf="file_hosting.open",
)  # fmt: skip
FILE_DAMAGED = define(
    "tracking.file.damaged",
    "met a damaged artifact of {owner}; nothing of the damaged part was given out",
    "owner",
    category="security", ocsf="file_hosting.other",
)  # fmt: skip
FILE_REMOVED = define(
    "tracking.file.removed",
    "removed {files} artifacts of {owner}",
    "owner", "files",
    category="data", ocsf="file_hosting.delete",
)  # fmt: skip
FILES_PURGED = define(
    "tracking.files.purged",
    "removed the {files} artifacts of the deleted {owner} for good",
    "owner", "files",
    category="data", ocsf="file_hosting.delete",
)  # fmt: skip
