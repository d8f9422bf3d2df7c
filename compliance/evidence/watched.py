"""What the database watches of evidence."""

from compliance.audit.watching import watch

watch("evidence.ControlCatalogue", "slug", "name", "source_sha256")
