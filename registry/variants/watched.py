"""What the database watches of variants."""

from compliance.audit.watching import watch

watch("variants.Variant", "version", "name", "kind", "artifact", recorded_about=["registry.registeredmodel"])
