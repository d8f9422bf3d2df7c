"""Requests for tests, moved as far as a test needs them."""

import datetime as dt
import io
import json
import zipfile
from typing import Any

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from compliance.subjects import services
from compliance.subjects.models import Kind, Regime, SubjectRequest
from compliance.subjects.providers import Subject
from modelops.embedded.processes import wait_until
from modelops.jobs.models import Job
from modelops.jobs.services import run

EMAIL = "passenger@example.org"
OFFICER = Actor("user", "0194d0c0-0000-7000-8000-000000000001")


def open_case(kind: str = Kind.ACCESS, email: str = EMAIL, **more: Any) -> SubjectRequest:
    """A request that has just come in, under a law that has its kind."""
    if kind == Kind.OPT_OUT:
        more.setdefault("regime", Regime.CCPA)
    return services.open_request(kind, Subject(email=email), actor=OFFICER, **more)


def confirmed_case(kind: str = Kind.ACCESS, email: str = EMAIL, **more: Any) -> SubjectRequest:
    """A request of a person whose identity is confirmed."""
    return services.confirm_identity(open_case(kind, email, **more), "Called back on the known number.", actor=OFFICER)


def ready_case(kind: str = Kind.ACCESS, email: str = EMAIL) -> SubjectRequest:
    """A request whose bundle was collected by the real job."""
    request = services.collect(confirmed_case(kind, email), actor=OFFICER)
    job = request.collection_job_id
    if not run(job):  # a worker that runs beside the test had it first
        assert wait_until(lambda: Job.objects.get(pk=job).state == "succeeded", 120)
    request.refresh_from_db()
    return request


def unpack(content: bytes) -> dict[str, Any]:
    """``data.json`` of an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return json.loads(archive.read("data.json"))


def told(name: str, request: SubjectRequest) -> int:
    """How many ledger rows of ``name`` are about ``request``."""
    return AuditEvent.objects.filter(name=name, target_id=str(request.pk)).count()


def days_ago(days: float) -> dt.datetime:
    """An aware moment in the past."""
    return dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
