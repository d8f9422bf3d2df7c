"""A request of a data subject, from its receipt to its answer."""

from django.db import models
from django.utils import timezone

from modelops.crypto.blind_index import BlindIndexField
from modelops.crypto.columns import EncryptedTextField
from modelops.jobs.models import Job
from modelops.lib.ids import uuid7

from .. import deadlines, stages
from ..providers import Subject
from ..querysets import SubjectRequestQuerySet


class Kind(models.TextChoices):
    """What the person asks for."""

    ACCESS = "access", "Access"
    PORTABILITY = "portability", "Portability"
    RECTIFICATION = "rectification", "Rectification"
    ERASURE = "erasure", "Erasure"
    RESTRICTION = "restriction", "Restriction"
    OBJECTION = "objection", "Objection"
    AUTOMATED_DECISION = "automated_decision", "Review of an automated decision"
    OPT_OUT = "opt_out", "Opt-out of sale and sharing"


BUNDLE_KINDS = frozenset({Kind.ACCESS, Kind.PORTABILITY})
"""Kinds that the portal answers with a bundle; the others are fulfilled by hand and recorded."""

ARTICLES = {
    Kind.ACCESS: "Art. 15",
    Kind.PORTABILITY: "Art. 20",
    Kind.RECTIFICATION: "Art. 16",
    Kind.ERASURE: "Art. 17",
    Kind.RESTRICTION: "Art. 18",
    Kind.OBJECTION: "Art. 21",
    Kind.AUTOMATED_DECISION: "Art. 22",
}


class Regime(models.TextChoices):
    """The law that the request stands on; it decides the deadline."""

    GDPR = deadlines.GDPR, "GDPR"
    CCPA = deadlines.CCPA, "CCPA"


KINDS_OF = {
    # An opt-out of sale and sharing is a right of Californian law alone; the objection of Art. 21 one of European law.
    Regime.GDPR: frozenset(Kind) - {Kind.OPT_OUT},
    Regime.CCPA: frozenset(Kind) - {Kind.OBJECTION},
}


class State(models.TextChoices):
    """Where the request stands; ``stages.LEADS_TO`` says what may follow."""

    RECEIVED = stages.RECEIVED, "Received"
    IDENTITY_CONFIRMED = stages.IDENTITY_CONFIRMED, "Identity confirmed"
    COLLECTING = stages.COLLECTING, "Collecting"
    READY = stages.READY, "Ready"
    DELIVERED = stages.DELIVERED, "Delivered"
    REFUSED = stages.REFUSED, "Refused"


class ReferenceCounter(models.Model):
    """The last number given to a request in a year. Its row is locked while a number is taken, so none is skipped."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class SubjectRequest(models.Model):
    """One request. Changed by the services alone; who it is about is encrypted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reference = models.CharField(max_length=20, unique=True, editable=False)
    kind = models.CharField(max_length=24, choices=Kind)
    regime = models.CharField("law", max_length=8, choices=Regime, default=Regime.GDPR)
    state = models.CharField(max_length=24, choices=State, default=State.RECEIVED, editable=False)
    subject_email = EncryptedTextField(blank=True, default="")
    email_index = BlindIndexField(source="subject_email", editable=False)
    subject_ref = EncryptedTextField(blank=True, default="")
    ref_index = BlindIndexField(source="subject_ref", editable=False)
    received_at = models.DateTimeField(editable=False)
    due_at = models.DateTimeField(editable=False)
    identity_confirmed_at = models.DateTimeField(null=True, editable=False)
    identity_note = EncryptedTextField(blank=True, default="")
    collection_job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, editable=False, related_name="+")
    collection_failure = models.TextField(blank=True, default="", editable=False)
    waiting_since = models.DateTimeField(
        null=True, editable=False, help_text="While the person is asked who they are, the clock stands still."
    )
    extended_at = models.DateTimeField(null=True, editable=False)
    extension_note = EncryptedTextField(blank=True, default="")
    closed_at = models.DateTimeField(null=True, editable=False)
    closing_note = EncryptedTextField(blank=True, default="")

    objects = SubjectRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "data-subject request"
        ordering = ["due_at", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="subjects_request_kind"),
            models.CheckConstraint(condition=models.Q(regime__in=Regime.values), name="subjects_request_regime"),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="subjects_request_state"),
            models.CheckConstraint(
                condition=models.Q(state__in=[State.RECEIVED, State.REFUSED])
                | models.Q(identity_confirmed_at__isnull=False),
                name="subjects_request_identity_first",
                violation_error_message="The identity of the person is confirmed first.",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, state__in=sorted(stages.OPEN))
                | models.Q(closed_at__isnull=False, state__in=sorted(stages.FINAL)),
                name="subjects_request_closed_when_final",
            ),
            models.CheckConstraint(
                condition=models.Q(email_index__isnull=False) | models.Q(ref_index__isnull=False),
                name="subjects_request_has_subject",
            ),
        ]
        indexes = [
            # The officer's list: open requests by the clock.
            models.Index(fields=["state", "due_at"], name="subjects_request_clock"),
            models.Index(fields=["due_at", "id"], name="subjects_request_due"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def subject(self) -> Subject:
        """The person, decrypted: only for the work on the request, never for lists or logs."""
        return Subject(email=self.subject_email, ref=self.subject_ref)

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to act."""
        return self.state in stages.OPEN

    @property
    def days_left(self) -> int:
        """Calendar days until the due day; negative when it has passed."""
        return deadlines.days_left(self.due_at, timezone.now())

    @property
    def is_overdue(self) -> bool:
        """Whether the answer is late."""
        return self.is_open and self.waiting_since is None and timezone.now() > self.due_at

    @property
    def has_bundle(self) -> bool:
        """Whether the portal itself answers this kind of request."""
        return self.kind in BUNDLE_KINDS

    @property
    def is_stranded(self) -> bool:
        """Whether it waits for a collection that no job works on any more."""
        job = self.collection_job
        return self.state == State.COLLECTING and (job is None or job.is_finished)

    @property
    def article(self) -> str:
        """The article of the GDPR that gives this right, or nothing under another law."""
        return ARTICLES[Kind(self.kind)] if self.regime == Regime.GDPR else ""
