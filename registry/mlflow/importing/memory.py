"""How an import knows what it took before: each row remembers, in its tags, where it is from."""

from typing import Final

from registry.labels.models import ModelLabels, VersionLabels
from registry.models import ModelVersion, RegisteredModel
from registry.tracking.models import Experiment, LoggedModel, Run

FROM: Final = "modelops.import.from"
ID: Final = "modelops.import.id"
# Set when all files have come: an import that broke off goes on with the rest.
DONE: Final = "modelops.import.done"


class Memory:
    """What was imported from one server."""

    def __init__(self, source: str) -> None:
        self._source = source

    def tags(self, ref: str) -> dict[str, str]:
        """What a new row remembers."""
        return {FROM: self._source, ID: ref}

    def experiment(self, ref: str) -> Experiment | None:
        """The experiment that ``ref`` became."""
        return Experiment.objects.filter(tags__contains=self.tags(ref)).first()

    def run(self, ref: str) -> Run | None:
        """The run that ``ref`` became."""
        found: Run | None = (
            Run.objects.filter(tags__contains=self.tags(ref)).select_related("experiment", "created_by").first()
        )
        return found

    def logged_model(self, ref: str) -> LoggedModel | None:
        """The logged model that ``ref`` became."""
        rows = LoggedModel.objects.filter(tags__contains=self.tags(ref))
        found: LoggedModel | None = rows.select_related("experiment", "source_run").first()
        return found

    def model(self, ref: str) -> RegisteredModel | None:
        """The model that ``ref`` became."""
        found = ModelLabels.objects.filter(tags__contains=self.tags(ref)).select_related("model").first()
        return found.model if found is not None else None

    def version(self, ref: str) -> ModelVersion | None:
        """The version that ``ref`` became."""
        labels = VersionLabels.objects.filter(tags__contains=self.tags(ref))
        found = labels.select_related("version__model", "version__artifact").first()
        return found.version if found is not None else None
