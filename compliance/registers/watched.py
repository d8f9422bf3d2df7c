"""What the database watches of registers."""

from compliance.audit.watching import watch

watch("registers.ProcessingActivity", "name", "basis", "revision", "ended_at", masked=["purpose", "retention"])
watch("registers.Consent", "activity", "text_version", "given_at", "withdrawn_at", masked=["subject"],
      recorded_about=["keys.rotation"])  # fmt: skip
watch("registers.Breach", "known_at", "state", "decided_at")
watch("registers.Incident", "severity", "opened_at", "closed_at")
watch("registers.LogEntry", "incident", "breach", "at", "author_ref")
watch("registers.RegisterItem", "kind", "due_on", "done_on")
