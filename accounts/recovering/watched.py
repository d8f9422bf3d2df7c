"""What the database watches of recovery."""

from compliance.audit.watching import exempt, watch

watch("recovering.FactorReset", "user", "due_at", "cancelled_at", "done_at")
exempt(
    "A worker completes the row when it mails the link; asking for a link and using it have events of their own.",
    "recovering.MailedLink",
)
