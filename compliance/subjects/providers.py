"""The contract by which each app tells where it keeps data about a person.

An app that keeps any has a module ``personal_data.py``; it is found by name at start::

    from compliance.subjects.providers import ExportedRow, PersonalDataProvider, Section, Subject, providers

    @providers.register("registry.ownership")
    class Ownership(PersonalDataProvider):
        label = "Models and datasets you own"
        covers = frozenset({"registry.RegisteredModel", "registry.Dataset"})
        sections = (
            Section(
                "registry.models",
                "Registered models you own",
                {"name": "Name of the model", "created_at": "When it was registered"},
                source="you, when you registered the model",
            ),
        )

        def find(self, subject: Subject) -> int:
            return RegisteredModel.objects.filter(owner_id__in=subject.account_ids).count()

        def export(self, subject: Subject) -> Iterator[ExportedRow]:
            for model in RegisteredModel.objects.filter(owner_id__in=subject.account_ids).order_by("id").iterator():
                yield ExportedRow("registry.models", {"name": model.name, "created_at": model.created_at})

        def erase(self, subject: Subject, *, actor: Actor) -> int:
            raise ErasureRefused("The owner of a model in production is kept for accountability.")

Fields are named one by one: a column that is added later is in no bundle until somebody writes down what it means.
What a model holds about people without being covered stands, with the reason, in ``exempt(...)``; a test asks every
model of every app for one of the two.
"""

import datetime as dt
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from compliance.audit import Actor
from modelops.crypto.blind_index import normalise
from modelops.lib.errors import Conflict, Invalid
from modelops.lib.plugins import Plugins

from .rights.contract import Rights

Value = str | int | float | bool | None | dt.date | dt.datetime | uuid.UUID
"""What a field of an exported row may hold: something that JSON, CSV and HTML can all say."""


def normalise_email(value: str) -> str:
    """The address in the form that lookups compare: NFKC, trimmed, case folded; empty stays empty.

    Blind indexes are made from the same form, so that a person is found however they type their address.
    """
    return normalise(value)


@dataclass(frozen=True, slots=True)
class Subject:
    """The person a request is about.

    ``email`` is normalised; ``ref`` is what the organisation calls the person besides it (a username, a customer
    number). At least one is given. ``account_ids`` are the portal accounts that belong to the person: ``identify()``
    fills them in before a provider is asked, so that apps can filter on ``owner_id__in=subject.account_ids``.
    """

    email: str = ""
    ref: str = ""
    account_ids: frozenset[uuid.UUID] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        object.__setattr__(self, "email", normalise_email(self.email))
        object.__setattr__(self, "ref", self.ref.strip())
        if not self.email and not self.ref:
            raise Invalid(
                "A subject needs an e-mail address or a reference, so that their data can be found.",
                code="subject.missing",
                field="subject",
            )

    def __repr__(self) -> str:
        # Tracebacks and logs hold no personal values.
        return "<Subject>"


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a bundle: its key ("app.things"), its title, what each field means and where the data came from.

    ``portable`` marks data that the person gave (GDPR Art. 20); observed and derived data is not portable.
    """

    key: str
    title: str
    fields: Mapping[str, str]
    source: str
    portable: bool = False


@dataclass(frozen=True, slots=True)
class ExportedRow:
    """One row about the subject. ``section`` is a declared key; ``fields`` are among the section's declared ones."""

    section: str
    fields: Mapping[str, Value]


class ErasureRefused(Conflict):
    """This data is kept; the message says on which ground and for how long."""

    code = "erasure.refused"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an erasure that takes effect at once: a table, or one stored file.

    ``key`` is what the provider knows it by; ``action`` is what happens to its ``rows`` ("delete", "anonymise",
    "rewrite", "shred"), as the preview shows it.
    """

    key: str
    label: str
    rows: int
    action: str


@dataclass(frozen=True, slots=True)
class Influenced:
    """Something that was made of the person's data, such as a model version trained on it, and where it is in use."""

    target_type: str
    target_id: str
    label: str
    via: str
    stage: str = ""
    live_at: tuple[str, ...] = ()
    url: str = ""


class PersonalDataProvider(Rights, ABC):
    """What one app knows about people. Stateless; made anew for each request."""

    label: ClassVar[str]
    """Names the data to the person: "Your account", "Models and datasets you own"."""

    covers: ClassVar[frozenset[str]]
    """Labels of the models whose rows this provider exports ("accounts.User")."""

    sections: ClassVar[tuple[Section, ...]]
    """Every table that ``export`` may fill."""

    action: ClassVar[str] = "delete"
    """What an erasure does with the rows: "delete", "anonymise", "rewrite" or "shred"."""

    order: ClassVar[int] = 50
    """When an erasure comes to it: what others need to find the person goes late, keys last of all."""

    kept: ClassVar[str] = ""
    """Why an erasure leaves all of it, where it does; the certificate says so."""

    def identify(self, subject: Subject) -> Iterable[uuid.UUID]:
        """Ids of the portal accounts of the subject; only the app that keeps accounts answers."""
        return ()

    @abstractmethod
    def find(self, subject: Subject) -> int:
        """How many rows ``export`` would give, by a count in the database."""

    @abstractmethod
    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        """The rows about the subject and about nobody else, in a stable order, streamed."""

    @abstractmethod
    def erase(self, subject: Subject, *, actor: Actor) -> int:
        """Delete or pseudonymise what ``export`` gives and return the number of rows; safe to run twice.

        Runs inside the caller's transaction. Raises ErasureRefused when the law or a duty demands that it stays.
        """

    def left(self, subject: Subject) -> int:
        """How many rows still lead to the person; after an erasure none."""
        return self.find(subject)

    def parts(self, subject: Subject) -> Iterable[Part]:
        """The pieces in which an erasure goes, each small enough to be repeated; none where there is nothing."""
        rows = self.left(subject)
        return [Part("", self.label, rows, self.action)] if rows else []

    def erase_part(self, key: str, subject: Subject, *, actor: Actor) -> int:
        """Erase one of ``parts`` in the caller's transaction; returns how many rows lead to the person no more."""
        before = self.left(subject)
        self.erase(subject, actor=actor)
        return before - self.left(subject)

    def rehearse_part(self, key: str, subject: Subject, *, actor: Actor) -> int:
        """The same on a restored copy of the database, whose rows name files that must not be touched."""
        return self.erase_part(key, subject, actor=actor)

    def exclude(self, subject: Subject, *, reference: str, actor: Actor) -> None:
        """Keep the person out of what comes in from now on, where the app can tell; safe to run twice."""

    def influences(self, subject: Subject) -> Iterable[Influenced]:
        """What was made of the person's data and stays when the data goes."""
        return ()


providers: Plugins[PersonalDataProvider] = Plugins("provider of personal data", PersonalDataProvider)

_exempt: dict[str, str] = {}


def exempt(model_label: str, reason: str) -> None:
    """Declare that the rows of ``model_label`` need no provider, and why; a second reason is an error."""
    if not reason.strip():
        raise ValueError(f"{model_label}: an exemption needs its reason.")
    present = _exempt.setdefault(model_label, reason)
    if present != reason:
        raise ValueError(f"{model_label} is exempt already: {present}")


def exemptions() -> Mapping[str, str]:
    """Exempt models by label, with the reason."""
    return dict(_exempt)


def all_providers() -> list[tuple[str, PersonalDataProvider]]:
    """Key and a fresh provider, in alphabetical order of the keys."""
    return [(key, cls()) for key, cls in providers.items()]


def in_order_of_erasure() -> list[tuple[str, PersonalDataProvider]]:
    """Key and a fresh provider, as an erasure goes through them."""
    return sorted(all_providers(), key=lambda found: (found[1].order, found[0]))


def identify(subject: Subject) -> Subject:
    """The subject with the ids of all portal accounts that are theirs."""
    found = frozenset(account for _, provider in all_providers() for account in provider.identify(subject))
    return replace(subject, account_ids=subject.account_ids | found)
