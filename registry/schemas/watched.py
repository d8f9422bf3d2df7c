"""What the database watches of schemas."""

from compliance.audit.watching import watch

watch("schemas.DatasetSchema", "dataset", "number", "digest", "data_class", recorded_about=["registry.dataset"])
