"""What of subject requests is sealed under the ring."""

from modelops.crypto.classified import sensitive
from modelops.crypto.protected import protect
from modelops.crypto.purposes import Purpose

# A bundle is as large as what the portal knows of a person, so few are moved at a time.
protect("subjects.SubjectBundle", "sealed", purpose=Purpose.FIELD, context=lambda bundle: bundle.context, batch=4)

sensitive("subjects.SubjectBundle.sealed", "everything about a person")
for _column in ("subject_email", "subject_ref", "identity_note", "extension_note", "closing_note"):
    sensitive(f"subjects.SubjectRequest.{_column}", "who asks, and what was said of them")
