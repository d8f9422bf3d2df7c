"""Jobs about people: what is kept of them, found, erased, and no longer kept."""

from django.db.models import Count

from compliance.audit import Actor
from compliance.retention import services as retention
from compliance.retention.models import RetentionRun
from compliance.subjects import services as subjects
from compliance.subjects.erasure import approving, planning
from compliance.subjects.models import ErasurePlan, ErasureStep, State, SubjectBundle, SubjectRequest
from modelops.jobs.models import Job
from registry.artifacts.sealed import sealed_upload
from registry.people.digests import digests_of
from registry.people.models import IndexedVersion, PersonRows, RowsErased
from registry.services import add_dataset_version
from tests.accounts.people import make_user
from tests.compliance.cases import confirmed_case
from tests.dataquality.datasets import ACTOR

from .world import Asked, Case, World


def _collect(world: World) -> Asked:
    world.people += 1
    request = subjects.collect(confirmed_case(email=f"passenger{world.people}@example.org"), actor=ACTOR)
    assert request.collection_job_id is not None
    return request.collection_job_id, str(request.pk)


def _index_people(world: World) -> Asked:
    world.people += 1
    content = f"who,n\npassenger{world.people}@example.org,1\nother@example.org,2\n".encode()
    with sealed_upload([content], "table.csv") as upload:
        version = add_dataset_version(world.passengers, upload, subject_column="who", actor=ACTOR)
    job = Job.objects.get(kind="people.index", target_id=str(version.pk))
    return job.pk, str(version.pk)


def _wrongly_indexed() -> int:
    """Versions that are done and do not have their two people."""
    mine = IndexedVersion.objects.filter(column="who").annotate(there=Count("rows_of__digest"))
    return mine.exclude(state="ready", there=2, people=2).count()


def _erase(world: World) -> Asked:
    """Somebody with an account and a row of a dataset, whose erasure two officers have agreed on."""
    world.people += 1
    address = f"passenger{world.people}@example.org"
    person = make_user(f"passenger{world.people}", "Viewer")
    type(person).objects.filter(pk=person.pk).update(email=address)
    content = f"person,n\n{address},1\nother@example.org,2\n".encode()
    with sealed_upload([content], "table.csv") as upload:
        version = add_dataset_version(world.travellers, upload, actor=ACTOR)
    # The index as its job would have made it: that has a case of its own.
    index = IndexedVersion.objects.create(version=version, column="person", state="ready", people=1)
    [digest] = digests_of([address])
    PersonRows.objects.create(digest=digest, source=index, rows=1)
    plan = planning.preview(confirmed_case("erasure", address), actor=ACTOR)
    approving.approve(plan, actor=Actor("user", "0194d0c0-0000-7000-8000-000000000002"))
    plan = approving.execute(plan, actor=ACTOR)
    assert plan.job_id is not None
    return plan.job_id, str(plan.request_id)


def _half_erased() -> int:
    """Plans without an end, parts that were not done, and certificates of what is still there."""
    there = RowsErased.objects.values("version").annotate(times=Count("id")).exclude(times=1).count()
    undone = ErasurePlan.objects.exclude(state="done").count() + ErasureStep.objects.filter(state="waiting").count()
    return there + undone + SubjectRequest.objects.exclude(email_index=None).filter(kind="erasure").count()


def _retention(world: World) -> Asked:
    run = retention.start_run(execute=True, actor=ACTOR)
    assert run.job_id is not None
    return run.job_id, str(run.pk)


CASES = {
    "subjects.collect": Case(
        _collect,
        "subjects.bundle.collected",
        lambda world: SubjectBundle.objects.count(),
        lambda: SubjectRequest.objects.filter(kind="access").exclude(state=State.READY).count(),
    ),
    "people.index": Case(
        _index_people,
        "people.version.indexed",
        lambda world: IndexedVersion.objects.filter(column="who", state="ready").count(),
        _wrongly_indexed,
    ),
    "subjects.erase": Case(
        _erase,
        "subjects.erasure.completed",
        lambda world: ErasurePlan.objects.filter(state="done").exclude(certificate="").count(),
        _half_erased,
    ),
    "retention.apply": Case(
        _retention,
        "retention.run.finished",
        lambda world: RetentionRun.objects.exclude(finished_at=None).count(),
        lambda: RetentionRun.objects.filter(finished_at=None).count(),
    ),
}
