"""What the database watches of external records."""

from compliance.audit.watching import watch

watch("external.ExternalRecord", "reference", "approval", "said_approval", "document_sha256", masked=["approvers"])
watch("external.PlatformAttestation", "subject", "expires_at", "withdrawn_at", masked=["statement", "evidence_url"])
