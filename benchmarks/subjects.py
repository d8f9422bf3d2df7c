"""Data subjects: finding a person among models and datasets, the bundle of an access request, rows out of a file."""

import resource
import secrets
import statistics
import time
from typing import Any, Final

from . import portal
from .table import Table

LIMIT_MS: Final = 200
_FOUND, _EVERYWHERE = "person of 50 datasets", "person of every dataset"
_BUNDLE_LIMIT_S, _BUNDLE_LIMIT_MIB = 30, 200
_RATIO_LIMIT: Final = 1.5


def measure(*, quick: bool = False) -> Table:
    """Answers a second to where a person is; the bundle and the rewriting stand in the notes."""
    portal.start()
    versions, datasets, people = (100, 10, 20) if quick else (10_000, 1_000, 1_000)
    _fill(versions, datasets, people)
    asked = {_FOUND: "some@example.org", _EVERYWHERE: "every@example.org"}
    took = {name: _milliseconds(address, 5 if quick else 20) for name, address in asked.items()}
    figures = {name: 1000 / statistics.median(each) for name, each in took.items()}
    table = Table(
        f"Where a person is: {versions:,} model versions, {datasets:,} datasets of {people:,} people",
        "answers a second",
        _FOUND,
        figures,
    )
    for name, each in took.items():
        limit = f"; the limit is {LIMIT_MS} ms" if name == _FOUND else ""
        table.notes[name] = f"slowest {max(each):.1f} ms{limit}"
    table.notes["bundle"] = _bundle(2_000 if quick else 100_000)
    table.notes["erasure"] = _erasing(*((2, 2_000) if quick else (50, 1_000_000)))
    return table


def _milliseconds(address: str, times: int) -> list[float]:
    from compliance.audit import Actor
    from compliance.subjects import places, services
    from compliance.subjects.providers import Subject

    request = services.open_request("access", Subject(email=address), actor=Actor.system("benchmark"))
    assert places.find(request).models
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        places.find(request)
        taken.append((time.perf_counter() - started) * 1000)
    return taken


def _fill(versions: int, datasets: int, people: int) -> None:
    """Datasets with an index of people, and versions of ten models, each trained on five of the datasets."""
    from django.db import connection

    from registry.models import Artifact, Dataset, DatasetVersion, ModelVersion, ModelVersionDataset
    from registry.people.digests import digests_of
    from registry.people.models import IndexedVersion

    from .registry_rows import _artifact, fill

    names = [f"model-of-people-{number}" for number in range(10)]
    fill(names, versions // 10, "subjects-benchmark")
    sets = Dataset.objects.bulk_create(Dataset(name=f"people-{number}", last_number=1) for number in range(datasets))
    artifacts = Artifact.objects.bulk_create(_artifact() for _ in sets)
    fixed = {"file_format": "csv", "columns": 2, "schema": [], "reading": {}}
    data = DatasetVersion.objects.bulk_create(
        DatasetVersion(dataset=each, number=1, artifact=artifact, rows=people, **fixed)
        for each, artifact in zip(sets, artifacts, strict=True)
    )
    indexes = IndexedVersion.objects.bulk_create(
        IndexedVersion(version=each, column="who", state="ready", people=people) for each in data
    )
    [some] = digests_of(["some@example.org"])
    [every] = digests_of(["every@example.org"])
    with connection.cursor() as cursor:
        with cursor.copy("COPY people_personrows (digest, source_id, rows) FROM STDIN") as copy:
            for number, index in enumerate(indexes):
                own = {secrets.randbits(62) for _ in range(people)} | {every} | ({some} if number < 50 else set())
                for digest in own:
                    copy.write_row((digest, index.pk, 1))
        pks = list(ModelVersion.objects.filter(model__name__in=names).values_list("pk", flat=True))
        ModelVersionDataset.objects.bulk_create(
            (
                ModelVersionDataset(model_version_id=pk, dataset_version=data[(place * 7 + step * 13) % datasets])
                for place, pk in enumerate(pks)
                for step in range(5)
            ),
            10_000,
            ignore_conflicts=True,
        )
        cursor.execute("ANALYZE")


def _uploaded(name: str, content: bytes) -> Any:
    from compliance.audit import Actor
    from registry import services
    from registry.artifacts.sealed import sealed_upload

    actor = Actor.system("benchmark")
    dataset = services.create_dataset(name, actor=actor)
    with sealed_upload([content], "table.csv") as upload:
        return services.add_dataset_version(dataset, upload, subject_column="who", actor=actor)


def _work(kind: str) -> None:
    from modelops.jobs.models import Job
    from modelops.jobs.services import run

    for key in Job.objects.filter(kind=kind, state="queued").values_list("pk", flat=True):
        assert run(key)


def _bundle(rows: int) -> str:
    """One person with so many rows of a dataset asks for access."""
    from compliance.audit import Actor
    from compliance.subjects import services
    from compliance.subjects.providers import Subject

    _uploaded("bundle", b"who,n,text\n" + b"".join(b"much@example.org,%d,on time\n" % n for n in range(rows)))
    _work("people.index")
    actor = Actor.system("benchmark")
    request = services.open_request("access", Subject(email="much@example.org"), actor=actor)
    request = services.collect(services.confirm_identity(request, "known", actor=actor), actor=actor)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    _work("subjects.collect")
    took = time.perf_counter() - started
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    limits = f"the limits are {_BUNDLE_LIMIT_S} s and {_BUNDLE_LIMIT_MIB} MiB"
    return f"{rows:,} rows in {took:.1f} s, {grown:.0f} MiB more memory; {limits}"


def _erasing(versions: int, rows: int) -> str:
    """A person out of so many versions of so many rows by the whole saga, beside sending the same files once more."""
    from compliance.audit import Actor
    from compliance.subjects import services
    from compliance.subjects.erasure import approving, planning
    from compliance.subjects.providers import Subject
    from modelops.jobs.models import Job

    content = b"who,n,text\n" + b"".join(b"p%d@example.org,%d,on time\n" % (n % 5000, n) for n in range(rows))
    started = time.perf_counter()
    for number in range(versions):
        _uploaded(f"rewriting-{number}", content)
    uploaded = time.perf_counter() - started
    _work("people.index")
    actor, second = Actor.system("benchmark"), Actor("user", "0194d0c0-0000-7000-8000-000000000001")
    request = services.open_request("erasure", Subject(email="p7@example.org"), actor=actor)
    plan = planning.preview(services.confirm_identity(request, "known", actor=actor), actor=actor)
    plan = approving.execute(approving.approve(plan, actor=second), actor=actor)
    started = time.perf_counter()
    _work("subjects.erase")
    took = time.perf_counter() - started
    plan.refresh_from_db()
    assert plan.state == "done", plan.failure
    steps = Job.objects.get(pk=plan.job_id).total
    taken = sum(step.erased or 0 for step in plan.steps.all())
    return (
        f"{taken:,} rows out of {versions} versions of {rows:,} in {took:.1f} s, told in {steps} steps; sending the "
        f"files anew takes {uploaded:.1f} s ({took / uploaded:.2f} times; the limit is {_RATIO_LIMIT})"
    )
