"""Doing every erasure again on a restored database, and proving that nobody who was erased is in it."""

from dataclasses import dataclass, field, replace

from django.db import transaction

from compliance.audit import Actor
from modelops.lib.errors import DomainError

from ..providers import Subject, identify, in_order_of_erasure
from . import outside
from .rehearsing import is_rehearsal


@dataclass(slots=True)
class Replayed:
    """How many erasures were done again, how many rows that took, and where somebody still is."""

    erasures: int = 0
    rows: int = 0
    found: list[str] = field(default_factory=list)


def replay(*, actor: Actor) -> Replayed:
    """Erase everybody whom the ledger outside names. Safe to run twice; ``found`` names what is left, by request."""
    outcome = Replayed()
    for entry in outside.entries():
        known = identify(entry.subject)
        subject = replace(known, account_ids=known.account_ids | entry.subject.account_ids)
        with transaction.atomic():
            for _, provider in in_order_of_erasure():
                provider.exclude(subject, reference=entry.reference, actor=actor)
        for key, provider in in_order_of_erasure():
            if key in entry.kept or provider.kept:
                continue
            for part in list(provider.parts(subject)):
                try:
                    with transaction.atomic():
                        erase = provider.rehearse_part if is_rehearsal() else provider.erase_part
                        outcome.rows += erase(part.key, subject, actor=actor)
                except DomainError as refusal:
                    outcome.found.append(f"{entry.reference}: {part.label}: {refusal}")
        outcome.found += left(subject, entry)
        outcome.erasures += 1
    return outcome


def left(subject: Subject, entry: outside.Entry) -> list[str]:
    """What still leads to the person of an entry."""
    return [
        f"{entry.reference}: {provider.label}: {rows} rows"
        for key, provider in in_order_of_erasure()
        if key not in entry.kept and not provider.kept and (rows := provider.left(subject))
    ]
