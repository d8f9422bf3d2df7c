"""What the requests themselves, the ledger and the jobs hold about a person."""

from collections.abc import Iterator

from django.contrib.admin.models import LogEntry
from django.db.models import QuerySet
from django.utils import timezone

from compliance.audit import Actor, record
from compliance.audit.models import AuditEvent
from modelops.jobs.models import Job

from . import audit_events as events
from . import (
    ledger_data,  # noqa: F401  registers its provider
    stages,
)
from .erasure.closing import anonymise
from .mentions import provider as _mentions  # noqa: F401  registers itself
from .models import SubjectBundle, SubjectRequest
from .providers import ErasureRefused, ExportedRow, PersonalDataProvider, Section, Subject, exempt, providers

exempt("subjects.SubjectBundle", "A copy of what the providers export, under the request; removed after seven days.")
exempt("subjects.ErasurePlan", "It names the person's accounts by opaque ids, and the person by a salted hash.")
exempt("subjects.IdentityCheck", "It holds digests of a link and a code, under the request.")
exempt("subjects.BundleDelivery", "It holds digests of a link and a code, under the bundle.")
exempt("subjects.ErasureStep", "It names tables and files and counts rows.")
exempt("subjects.ModelImpact", "It names models; who decided stands there by opaque id, as in the ledger.")
exempt("subjects.LegalHold", "It names a class of data and a request, which is exported.")
exempt("rest.StoredAnswer", "A sealed copy of what the caller was answered, for a day; it names them by opaque id.")
exempt("rest.LimitedRequests", "Counts under an opaque id, for a minute; then they stand in the ledger.")
exempt("throttling.Pace", "Counts of sign-ins under keyed digests, for an hour at most; they name nobody.")
exempt("keys.Approval", "It names who asked and approved by opaque id, as the ledger does, which is exported.")
exempt("keys.Rotation", "It names who asked and approved by opaque id, as the ledger does, which is exported.")
exempt("retention.PolicyChange", "It names who asked and approved by opaque id, as the ledger does.")
exempt("retention.RetentionRun", "It names who asked by opaque id, as the ledger does; otherwise numbers.")
exempt("secret_store.StoredSecret", "It names who set it by opaque id, as the ledger does, which is exported.")


@providers.register("subjects.requests")
class Requests(PersonalDataProvider):
    """Earlier requests of the same person."""

    label = "Your requests"
    action = "anonymise"
    order = 70
    covers = frozenset({"subjects.SubjectRequest"})
    sections = (
        Section(
            "subjects.requests",
            "Requests about your data",
            {
                "reference": "Number of the request",
                "kind": "What was asked for",
                "regime": "The law that it stands on",
                "state": "Where it stands",
                "email": "The address that it was made for",
                "ref": "The reference that it was made for",
                "received_at": "When it was received",
                "due_at": "Until when it is answered",
                "closed_at": "When it was answered or refused",
            },
            source="you, when you made the request",
            portable=True,
        ),
    )

    def _rows(self, subject: Subject) -> QuerySet[SubjectRequest]:
        return SubjectRequest.objects.about(subject).order_by("id")

    def find(self, subject: Subject) -> int:
        return self._rows(subject).count()

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        for request in self._rows(subject).iterator():
            yield ExportedRow(
                "subjects.requests",
                {
                    "reference": request.reference,
                    "kind": request.get_kind_display(),
                    "regime": request.regime,
                    "state": request.get_state_display(),
                    "email": request.subject_email,
                    "ref": request.subject_ref,
                    "received_at": request.received_at,
                    "due_at": request.due_at,
                    "closed_at": request.closed_at,
                },
            )

    def _naming(self, subject: Subject) -> QuerySet[SubjectRequest]:
        """Closed requests: an open one names the person until it is answered, then its erasure takes the name out."""
        return self._rows(subject).filter(state__in=stages.FINAL)

    def left(self, subject: Subject) -> int:
        return self._naming(subject).count()

    def erase(self, subject: Subject, *, actor: Actor) -> int:
        """Take the person and the bundles out; that each request was answered in time stays as proof (Art. 5(2))."""
        taken = 0
        for request in self._naming(subject).select_for_update(of=("self",)):
            for bundle in SubjectBundle.objects.filter(request=request, removed_at=None):
                bundle.sealed, bundle.removed_at = None, timezone.now()
                bundle.save(update_fields=["sealed", "removed_at"])
                record(events.BUNDLE_EXPIRED, request, actor=actor, reference=request.reference)
            anonymise(request, actor=actor)
            taken += 1
        return taken


@providers.register("portal.activity")
class Activity(PersonalDataProvider):
    """What the person's accounts did: ledger rows and jobs carry the account's id."""

    label = "What your account did"
    kept = (
        "The ledger is append-only and names accounts by an opaque id alone (GDPR Art. 17(3)(b) and (e)); "
        "erasing the account leaves nothing in it that leads to the person."
    )
    covers = frozenset({"audit.AuditEvent", "jobs.Job", "admin.LogEntry"})
    sections = (
        Section(
            "audit.events",
            "What your account did",
            {
                "recorded_at": "When it happened",
                "action": "What happened, as the ledger names it",
                "sentence": "What happened, in words",
                "outcome": "Whether it succeeded",
                "target_type": "The kind of object concerned",
                "target_id": "The object concerned",
                "source": "The network that the request came from",
            },
            source="the portal, which records each act",
        ),
        Section(
            "jobs.jobs",
            "Work that your account asked for",
            {
                "kind": "What was asked for",
                "state": "How it ended",
                "created_at": "When it was asked for",
                "finished_at": "When it ended",
            },
            source="the portal, which records each job",
        ),
        Section(
            "admin.changes",
            "Changes that your account made in the administration",
            {
                "at": "When it was changed",
                "change": "What was done",
                "target_type": "The kind of object concerned",
                "target_id": "The object concerned",
            },
            source="the portal, which records each change",
        ),
    )

    def _events(self, subject: Subject) -> QuerySet[AuditEvent]:
        refs = [str(account) for account in subject.account_ids]
        return AuditEvent.objects.filter(actor_kind__in=["user", "service"], actor_ref__in=refs).order_by("id")

    def _jobs(self, subject: Subject) -> QuerySet[Job]:
        refs = [str(account) for account in subject.account_ids]
        return Job.objects.filter(actor_kind__in=["user", "service"], actor_ref__in=refs).order_by("id")

    def _changes(self, subject: Subject) -> QuerySet[LogEntry]:
        changes = LogEntry.objects.filter(user_id__in=subject.account_ids)
        return changes.select_related("content_type").order_by("pk")

    def find(self, subject: Subject) -> int:
        return self._events(subject).count() + self._jobs(subject).count() + self._changes(subject).count()

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        for event in self._events(subject).iterator():
            yield ExportedRow(
                "audit.events",
                {
                    "recorded_at": event.recorded_at,
                    "action": event.name,
                    "sentence": event.sentence,
                    "outcome": event.outcome,
                    "target_type": event.target_type,
                    "target_id": event.target_id,
                    "source": event.source,
                },
            )
        for job in self._jobs(subject).iterator():
            yield ExportedRow(
                "jobs.jobs",
                {
                    "kind": job.kind,
                    "state": job.state,
                    "created_at": job.created_at,
                    "finished_at": job.finished_at,
                },
            )
        for change in self._changes(subject).iterator():
            yield ExportedRow(
                "admin.changes",
                {
                    "at": change.action_time,
                    "change": change.get_action_flag_display(),
                    "target_type": change.content_type.model if change.content_type else None,
                    "target_id": change.object_id,
                },
            )

    def erase(self, subject: Subject, *, actor: Actor) -> int:
        raise ErasureRefused(self.kept)
