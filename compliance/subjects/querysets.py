"""Filters of requests."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from modelops.crypto.blind_index import blind_indexes

from . import stages
from .providers import Subject, normalise_email

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser, AnonymousUser

_ENCRYPTED = ("subject_email", "subject_ref", "identity_note", "extension_note", "closing_note")


class SubjectRequestQuerySet(models.QuerySet):
    """Requests; every way in begins with ``visible_to``."""

    def visible_to(self, user: "AbstractUser | AnonymousUser") -> Self:
        """All requests for those who may view them, none for others."""
        return self.all() if user.has_perm("subjects.view_subjectrequest") else self.none()

    def open(self) -> Self:
        """Those that wait for an answer."""
        return self.filter(state__in=stages.OPEN)

    def without_person(self) -> Self:
        """Leaves the encrypted columns closed: for lists."""
        return self.defer(*_ENCRYPTED)

    def about(self, subject: Subject) -> Self:
        """Requests of the person, found through the blind indexes."""
        found = Q(pk__in=[])
        if subject.email:
            column = "subjects.subjectrequest.subject_email"
            found |= Q(email_index__in=blind_indexes(column, normalise_email(subject.email)))
        if subject.ref:
            found |= Q(ref_index__in=blind_indexes("subjects.subjectrequest.subject_ref", subject.ref))
        return self.filter(found)
