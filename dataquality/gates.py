"""The gate of data quality among the gates of promotion."""

from dataquality.models import QualityRun, RunState
from registry.aliases.gate import Gate, gates
from registry.models import DatasetVersion, ModelVersion
from registry.promotion.policies import policy_for


@gates.register("quality")
class QualityGate(Gate):
    """The newest quality run of every dataset version that the version was trained on."""

    label = "Data quality"

    def check(self, version: ModelVersion) -> tuple[bool, str]:
        least = policy_for(version.model).min_quality
        if least is None:
            return True, "The policy of the model asks for no quality score."
        used = list(version.datasets.select_related("dataset").order_by("dataset__name", "number"))
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
            else:
                passed = passed and run.score >= least
                said.append(f"{_named(dataset_version)} has {run.score:.1f}")
        return passed, f"At least {least:.1f} of 100 is demanded: {'; '.join(said)}."


def _named(version: DatasetVersion) -> str:
    """Its name; whoever sees the model may not know of a restricted dataset."""
    return "a restricted dataset" if version.dataset.is_restricted else str(version)
