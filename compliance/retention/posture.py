"""Every table has a rule for how long its rows live."""

from modelops.lib.posture import Finding, Outcome, control

from .checks import find_faults, own_models
from .classes import classes


@control("retention.complete", area="Privacy", label="Every table belongs to a data class with a rule")
def complete() -> Outcome:
    """Counted over the models of the portal, as they are installed."""
    models = own_models()
    faults = find_faults(models, (label for _, cls in classes.items() for label in cls.covers))
    findings = [Finding(str(fault.msg)[:80], str(fault.msg), str(fault.hint or ""), "high") for fault in faults]
    return Outcome(findings, len(models) - len(faults), len(models), f"{len(list(classes.items()))} data classes.")
