"""The scan among the gates of promotion."""

from registry.aliases.gate import Gate, gates
from registry.models import ModelVersion

from .models import Inspection, ScanState
from .services import is_current


@gates.register("scan")
class ScanGate(Gate):
    """Clean, by the rule set that the portal has now."""

    label = "Scan"

    def check(self, version: ModelVersion) -> tuple[bool, str]:
        found = Inspection.objects.filter(artifact=version.artifact_id).first()
        if found is None or found.state == ScanState.WAITING:
            return False, "It waits for its scan."
        if not found.is_clean:
            first = f" {found.reasons[0]}" if found.reasons else ""
            return False, f"The scanner holds it: {found.get_cause_display().lower()}.{first}"
        if not is_current(found):
            return False, f"It was judged by the older rules {found.rules}. Have it scanned again."
        return True, f"Clean by the rules {found.rules}."
