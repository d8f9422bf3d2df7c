"""What of subject requests is sealed under the ring."""

from modelops.crypto.protected import protect
from modelops.crypto.purposes import Purpose

# A bundle is as large as what the portal knows of a person, so few are moved at a time.
protect("subjects.SubjectBundle", "sealed", purpose=Purpose.FIELD, context=lambda bundle: bundle.context, batch=4)
