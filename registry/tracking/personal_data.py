"""What experiments and runs keep about people: whose they are, and the name by which a run's machine knew them."""

from collections.abc import Iterator

from django.db import transaction

from compliance.audit import Actor
from compliance.subjects.mentions import free_text
from compliance.subjects.providers import ExportedRow, PersonalDataProvider, Section, Subject, exempt, providers

from .models import Experiment, LoggedModel, Run

# MLflow's client notes the name of the account on the machine where the training ran.
USER_TAG = "mlflow.user"


@providers.register("tracking.runs")
class Runs(PersonalDataProvider):
    """Experiments, runs and logged models that name the person's account."""

    label = "Experiments, runs and logged models that you made"
    action = "anonymise"
    covers = frozenset({"tracking.Experiment", "tracking.Run", "tracking.LoggedModel"})
    sections = (
        Section(
            "tracking.experiments",
            "Experiments you made",
            {"name": "Name", "created_at": "When it was made"},
            source="you, by making an experiment",
        ),
        Section(
            "tracking.runs",
            "Runs you logged",
            {
                "run": "Id of the run",
                "name": "Name",
                "machine_user": "Name of the account on the machine where it ran",
                "created_at": "When it was logged",
            },
            source="you, by training with MLflow's client",
        ),
        Section(
            "tracking.models",
            "Models you logged",
            {"model": "Id of the model", "name": "Name", "created_at": "When it was logged"},
            source="you, by training with MLflow's client",
        ),
    )

    def find(self, subject: Subject) -> int:
        accounts = subject.account_ids
        return (
            Experiment.objects.filter(owner_id__in=accounts).count()
            + Run.objects.filter(created_by_id__in=accounts).count()
            + LoggedModel.objects.filter(created_by_id__in=accounts).count()
        )

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        accounts = subject.account_ids
        for experiment in Experiment.objects.filter(owner_id__in=accounts).order_by("id").iterator():
            said = {"name": experiment.name, "created_at": experiment.created_at}
            yield ExportedRow("tracking.experiments", said)
        for run in Run.objects.filter(created_by_id__in=accounts).order_by("id").iterator():
            yield ExportedRow(
                "tracking.runs",
                {
                    "run": run.run_id,
                    "name": run.name,
                    "machine_user": str(run.tags.get(USER_TAG, "")),
                    "created_at": run.created_at,
                },
            )
        for model in LoggedModel.objects.filter(created_by_id__in=accounts).order_by("id").iterator():
            said = {"model": model.model_id, "name": model.name, "created_at": model.created_at}
            yield ExportedRow("tracking.models", said)

    @transaction.atomic
    def erase(self, subject: Subject, *, actor: Actor) -> int:
        """Cut the link to the account and take the machine's name of the person; what was trained stays provable."""
        accounts = subject.account_ids
        done = Experiment.objects.filter(owner_id__in=accounts).update(owner=None)
        for rows in (Run.objects, LoggedModel.objects):
            for row in rows.filter(created_by_id__in=accounts).only("id", "tags").order_by("id").iterator():
                row.tags.pop(USER_TAG, None)
                row.created_by = None
                row.save(update_fields=["tags", "created_by"])
                done += 1
        return done


for _label in ("Metric", "LatestMetric", "DatasetInput", "ModelOutput"):
    exempt(f"tracking.{_label}", "Figures and links of a run; they name nobody.")
exempt("tracking.TrackedFile", "A sealed file of a run or logged model; who stored it stands in the audit log.")
exempt("tracking.RegisteredFolder", "A link between a version and the folder that it was made of; it names nobody.")
free_text("tracking.Experiment", "name", "tags")
free_text("tracking.Run", "name", "tags", "parameters")
free_text("tracking.LoggedModel", "name", "model_type", "tags", "parameters")
free_text("tracking.DatasetInput", "name", "source", "schema", "profile", "tags")
