"""What the database watches of aliases."""

from compliance.audit.watching import watch

watch("aliases.Alias", "model", "name", "version")
watch("aliases.AliasChange", "model", "alias", "from_number", "to_number", recorded_about=["registry.modelversion"])
watch("aliases.AliasPeriod", "model", "alias", "number", "during", recorded_about=["registry.modelversion"])
