"""Files, signatures and promotions of the registry; `modelops/settings.py` takes all of it."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from modelops.lib import env

# --- uploads --------------------------------------------------------------------------------------------------------
# The only handler seals what it receives; a plaintext upload file never exists.
FILE_UPLOAD_HANDLERS = ["registry.artifacts.upload.SealingUploadHandler"]
# Beside $MODELOPS_HOME/locations: where folders of storage locations may lie, for example mounted disks.
MODELOPS_STORAGE_ROOTS = env.listing("MODELOPS_STORAGE_ROOTS")
MODELOPS_MAX_ARTIFACT_BYTES = env.integer("MODELOPS_MAX_ARTIFACT_BYTES", 20 * 2**30, at_least=1)
# How new files are sealed. Each is from a closed list that a system check enforces (registry/artifacts/options.py).
MODELOPS_ARTIFACT_CIPHER = env.text("MODELOPS_ARTIFACT_CIPHER", "AES-256-GCM")
MODELOPS_ARTIFACT_DIGESTS = env.listing("MODELOPS_ARTIFACT_DIGESTS", "sha256,sha512")
MODELOPS_ARTIFACT_CODEC = env.text("MODELOPS_ARTIFACT_CODEC", "auto")
MODELOPS_ZSTD_LEVEL = env.integer("MODELOPS_ZSTD_LEVEL", 3)
# Resumable uploads: how many an account may have open (a directory needs one a file), and the bytes of all of them.
MODELOPS_MAX_OPEN_UPLOADS = env.integer("MODELOPS_MAX_OPEN_UPLOADS", 1200, at_least=1)
MODELOPS_MAX_UNFINISHED_BYTES = env.integer("MODELOPS_MAX_UNFINISHED_BYTES", 100 * 2**30, at_least=1)
# Which derivations are offered: keys of the portal's own, and modules that register others.
MODELOPS_DERIVATIONS = env.listing("MODELOPS_DERIVATIONS", "npy-float16,npz-float16,onnx-int8,safetensors-float16")
# Erasures that a restored backup has to follow: backed up apart from the database.
MODELOPS_ERASURE_LEDGER = env.text("MODELOPS_ERASURE_LEDGER", "") or str(Path(env.text("MODELOPS_HOME")) / "erasures")
MODELOPS_BACKUPS_KEPT_DAYS = env.integer("MODELOPS_BACKUPS_KEPT_DAYS", 35, at_least=1)
# A sealed dump of the database each day after the hour (UTC), in a folder that a worker can write to; off without one.
MODELOPS_BACKUP_FOLDER = env.text("MODELOPS_BACKUP_FOLDER", "")
MODELOPS_BACKUP_RECIPIENTS = env.listing("MODELOPS_BACKUP_RECIPIENTS")
MODELOPS_BACKUP_HOUR = env.integer("MODELOPS_BACKUP_HOUR", 2, at_least=0, at_most=23)
MODELOPS_BACKUP_COUNT = env.integer("MODELOPS_BACKUP_COUNT", 14, at_least=1)
MODELOPS_BACKUP_MAX_AGE_HOURS = env.integer("MODELOPS_BACKUP_MAX_AGE_HOURS", 30, at_least=1)
# How long a deleted model, dataset or version can be restored before it is removed with its files.
MODELOPS_DELETED_KEPT_DAYS = env.integer("MODELOPS_DELETED_KEPT_DAYS", 30, at_least=1)
# Everything but files: fields and JSON bodies.
DATA_UPLOAD_MAX_MEMORY_SIZE = env.integer("MODELOPS_MAX_BODY_BYTES", 5 * 2**20, at_least=1024)

# --- signatures of models --------------------------------------------------------------------------------------------
# What a model demands that has no policy of its own: require, warn or off.
MODELOPS_SIGNATURE_POLICY = env.text("MODELOPS_SIGNATURE_POLICY", "warn")
if MODELOPS_SIGNATURE_POLICY not in {"require", "warn", "off"}:
    raise ImproperlyConfigured(f"MODELOPS_SIGNATURE_POLICY is {MODELOPS_SIGNATURE_POLICY!r}; use require, warn or off.")
# Aliases that a version gets only past every gate.
MODELOPS_PROTECTED_ALIASES = env.listing("MODELOPS_PROTECTED_ALIASES", "production,champion")
# How many people approve before a protected alias moves, the requester never counted; a model's policy can raise it.
MODELOPS_PROMOTION_APPROVERS = env.integer("MODELOPS_PROMOTION_APPROVERS", 2, at_least=1)
