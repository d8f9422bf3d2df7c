"""What the database watches of dependencies."""

from compliance.audit.watching import exempt, watch

watch("supply_chain.VulnerablePackage", "osv_id", "package", "version", "severity", "found_at", "closed_at")
watch("supply_chain.ImportedFile", "kind", "sha256", "told_at", "count")
exempt("Public advisories out of a file whose digest is recorded.", "supply_chain.Advisory")
