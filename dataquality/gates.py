"""The gate of data quality among the gates of promotion."""

from typing import Any

from dataquality.models import QualityRun, RunState
from registry.aliases.gate import Gate, gates
from registry.models import DatasetVersion, ModelVersion
from registry.promotion.policies import policy_for

TOLD = 5  # names of broken rules


@gates.register("quality")
class QualityGate(Gate):
    """The newest quality run of every dataset version that it was trained on: score enough, no grave rule broken."""

    label = "Data quality"

    def check(self, version: ModelVersion) -> tuple[bool, str]:
        least = policy_for(version.model).min_quality
        if least is None:
            return True, "The policy of the model asks for no quality score."
        used = list(version.datasets.select_related("dataset", "artifact").order_by("dataset__name", "number"))
        if not used:
            return False, "No dataset version is named that it was trained on, so nothing says how good its data is."
        said = []
        passed = True
        for dataset_version in used:
            runs = QualityRun.objects.filter(dataset_version=dataset_version, state=RunState.SUCCEEDED)
            run = runs.order_by("-created_at", "-id").first()
            if run is None or run.score is None:
                passed = False
                said.append(f"{_named(dataset_version)} was not examined yet")
            elif run.data_sha256 != dataset_version.artifact.sha256:
                # Rows may have been taken out since: the score is that of another file.
                passed = False
                said.append(f"the file of {_named(dataset_version)} is not the one that was examined; examine it again")
            else:
                passed = passed and run.score >= least
                said.append(f"{_named(dataset_version)} has {run.score:.1f}")
                broken = [rule["name"] for rule in run.outcomes if is_grave(rule)]
                if broken:
                    passed = False
                    told = "a rule" if dataset_version.dataset.is_restricted else ", ".join(broken[:TOLD])
                    said.append(f"it breaks {told}{f' and {len(broken) - TOLD} more' if len(broken) > TOLD else ''}")
        return passed, f"At least {least:.1f} of 100 is demanded: {'; '.join(said)}."


def is_grave(outcome: dict[str, Any]) -> bool:
    """Whether the rule is of the level fail, is broken and does not sleep."""
    return outcome["level"] == "fail" and not outcome["passed"] and not outcome["snoozed"]


def _named(version: DatasetVersion) -> str:
    """Its name; whoever sees the model may not know of a restricted dataset."""
    return "a restricted dataset" if version.dataset.is_restricted else str(version)
