"""What the database watches of scans."""

from compliance.audit.watching import exempt, watch

watch(
    "scanning.Inspection",
    "version",
    "state",
    "cause",
    "rules",
    recorded_about=["registry.modelversion", "registry.registeredmodel"],
)
exempt(
    "A trigger refuses to change a verdict and to remove it before its file; what follows from it is watched.",
    "scanning.Verdict",
)
