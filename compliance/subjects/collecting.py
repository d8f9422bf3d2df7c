"""The job behind an access request: ask every provider, write the bundle, seal it."""

import datetime as dt
import uuid
from typing import Final

from django.utils import timezone

from compliance.audit import record
from modelops.crypto import envelope
from modelops.crypto.purposes import Purpose
from modelops.jobs import RunningJob
from modelops.jobs.models import Job
from modelops.lib.ids import uuid7

from . import audit_events as events
from .bundle import Bundle, BundleWriter, Facts
from .circumstances import circumstances
from .models import Kind, State, SubjectBundle, SubjectRequest
from .providers import all_providers, identify

KEPT_FOR: Final = dt.timedelta(days=7)
"""How long a bundle can be downloaded; afterwards its bytes are removed and it is collected anew on demand."""


def run(job: RunningJob) -> None:
    """Collect the bundle of one request. Safe to run twice: a second run finds the request moved on."""
    request = SubjectRequest.objects.get(pk=uuid.UUID(job.payload["request"]))
    if request.state != State.COLLECTING or request.collection_job_id != job.id:
        return
    bundle = _gather(request, job)
    row = SubjectBundle(
        id=uuid7(),
        request=request,
        sha256=bundle.sha256,
        size=len(bundle.content),
        row_count=bundle.row_count,
        sections=bundle.rows,
    )
    row.sealed = envelope.seal(bundle.content, purpose=Purpose.FIELD, context=row.context)
    with job.completing(f"{bundle.row_count} rows collected"):
        row.created_at = timezone.now()
        row.expires_at = row.created_at + KEPT_FOR
        row.save(force_insert=True)
        SubjectRequest.objects.filter(pk=request.pk).update(state=State.READY)
        record(
            events.BUNDLE_COLLECTED,
            request,
            actor=job.actor,
            reference=request.reference,
            rows=bundle.row_count,
            sections=len(bundle.rows),
            sha256=bundle.sha256,
        )


def fall_back(job: Job, message: str) -> None:
    """After a failed job the request can be collected again; the officer sees why it failed."""
    changed = SubjectRequest.objects.filter(
        pk=uuid.UUID(job.payload["request"]), state=State.COLLECTING, collection_job_id=job.pk
    )
    request = changed.select_for_update().first()
    if request is None:
        return
    request.state, request.collection_failure = State.IDENTITY_CONFIRMED, message
    request.save(update_fields=["state", "collection_failure"])
    record(events.COLLECTION_FAILED, request, actor=job.actor, outcome="failure", reference=request.reference)


def _gather(request: SubjectRequest, job: RunningJob) -> Bundle:
    subject = identify(request.subject)
    asked = [provider for _, provider in all_providers()]
    portable_only = request.kind == Kind.PORTABILITY
    facts = Facts(
        reference=request.reference,
        kind=request.get_kind_display(),
        regime=request.regime,
        received_at=request.received_at,
        generated_at=timezone.now(),
    )
    about = {} if portable_only else circumstances(subject, asked)
    writer = BundleWriter(facts, [section for provider in asked for section in provider.sections], about)
    portable = {section.key for provider in asked for section in provider.sections if section.portable}
    # One more than there are rows: packing is the last step.
    total = 1 + sum(provider.find(subject) for provider in asked)
    done = 0
    for provider in asked:
        job.progress(done, max(total, done + 1), provider.label)
        for row in provider.export(subject):
            if not portable_only or row.section in portable:
                writer.add(row)
            done += 1
            job.progress(done, max(total, done + 1), provider.label)
    return writer.finish()
