"""Why somebody looks at whom a request is about."""

from django.db import models


class RevealReason(models.TextChoices):
    """Why an officer looks at whom a request is about. A closed list: free text could name the person in the ledger."""

    IDENTITY = "identity", "Confirm the identity"
    ANSWER = "answer", "Write to the person"
    MISTAKE = "mistake", "Look into a mistake"
    AUDIT = "audit", "Answer an audit"
