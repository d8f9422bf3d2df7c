"""What the registry knows for the headings of Annex IV: data, files, digests, metrics, changes, signature."""

from collections.abc import Iterator

from modelops.lib.figures import byte_size, significant
from registry.aliases.models import AliasChange
from registry.formats import label_of
from registry.lineage import missing_origin
from registry.models import DatasetVersion, ModelVersion
from registry.ranking.best import primary_metric
from registry.signing.verdicts import verdict

from .known import Fact, knows
from .models import CardRevision

_MOST = 50


@knows(1)
def general(version: ModelVersion) -> Iterator[Fact]:
    """What it is, for what, and as which file it is handed out."""
    model = version.model
    if model.purpose:
        yield "Purpose", model.purpose
    yield "Name and version", str(version)
    yield "Task", model.get_task_type_display()
    yield "Risk class", model.get_risk_class_display()
    yield "Form in which it is handed out", f"{label_of(version.file_format)}, {byte_size(version.size)}"
    yield "SHA-256", version.artifact.sha256


@knows(2)
def elements(version: ModelVersion) -> Iterator[Fact]:
    """Where it comes from, and that it is what was registered."""
    if version.source_commit:
        yield "Source commit", version.source_commit
    if version.run_reference:
        yield "Run", version.run_reference
    # Names of data that only some may see stay out: the document goes to others.
    linked = DatasetVersion.objects.filter(model_versions=version, dataset__is_restricted=False)
    for data in linked.select_related("dataset", "artifact").order_by("dataset__name", "number")[:_MOST]:
        yield f"Data: {data}", f"{data.rows} rows, {data.columns} columns, SHA-256 {data.artifact.sha256}"
    if hidden := DatasetVersion.objects.filter(model_versions=version, dataset__is_restricted=True).count():
        yield "Data", f"{hidden} restricted dataset version(s), named in the portal for who may see them"
    if gaps := missing_origin(version):
        yield "Lineage", f"incomplete: no {', no '.join(gaps)}"
    found = verdict(version)
    yield "Signature", f"{found.state.value}: {found.reason}"
    yield "State of the file", version.get_state_display()


@knows(3)
def measured(version: ModelVersion) -> Iterator[Fact]:
    """The metrics that the version says of itself."""
    for name, value in sorted(version.metrics.items())[:_MOST]:
        yield f"Metric {name}", significant(value)


@knows(4)
def metrics(version: ModelVersion) -> Iterator[Fact]:
    """What versions are ranked by."""
    primary = primary_metric(version.model)
    if primary is not None:
        chosen = "proposed by the portal" if primary.is_proposed else "chosen"
        yield "Primary metric", f"{primary.metric}: {primary.words.lower()} ({chosen})"


@knows(6)
def changes(version: ModelVersion) -> Iterator[Fact]:
    """Versions, moves of aliases and revisions of the card, newest first."""
    model = version.model
    versions = ModelVersion.objects.filter(model=model, number__lte=version.number).order_by("-number")
    for number, made in versions.values_list("number", "created_at")[:_MOST]:
        yield f"Version {number}", f"registered {made:%Y-%m-%d}"
    for change in AliasChange.objects.filter(model=model).order_by("-id")[:_MOST]:
        before, after = change.from_number or "none", change.to_number or "none"
        yield f"Alias {change.alias}", f"{change.changed_at:%Y-%m-%d}: version {before} to {after}"
    revisions = CardRevision.objects.filter(model=model).order_by("-number")
    for number, made in revisions.values_list("number", "created_at")[:_MOST]:
        yield f"Card, revision {number}", f"written {made:%Y-%m-%d}"
