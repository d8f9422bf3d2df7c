"""What the law wants told beside the data (GDPR Art. 15(1) and (2)): sources, recipients, retention, decision logic.

An app says what it knows of a topic in its ``personal_data.py``::

    @circumstance("recipients")
    def recipients(subject: Subject) -> Iterator[Mapping[str, str]]:
        ...

Fields are fixed for each topic: another one is in no bundle until somebody writes down what it means.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from compliance.retention import classes

from .providers import PersonalDataProvider, Subject

Told = Mapping[str, str]
Teller = Callable[[Subject], Iterable[Told]]


@dataclass(frozen=True, slots=True)
class Topic:
    """One heading beside the data: what each field means."""

    key: str
    title: str
    fields: Mapping[str, str]


TOPICS: Final = {
    topic.key: topic
    for topic in (
        Topic("sources", "Where the data comes from", {"data": "The data", "source": "Where it comes from"}),
        Topic(
            "recipients",
            "What is done with data, and who receives it",
            {
                "activity": "What is done",
                "purpose": "Why",
                "basis": "The ground in the law",
                "categories": "Which data",
                "recipients": "Who receives it",
                "transfers": "Other countries that it goes to, with safeguards",
                "retention": "How long it is kept",
            },
        ),
        Topic("retention", "How long it is kept", {"data": "The data", "rule": "The rule"}),
        Topic(
            "automated_decisions",
            "Models that decide or help to decide, and how",
            {
                "model": "The model",
                "relation": "What it has to do with you",
                "purpose": "What it is for",
                "logic": "How it comes to its answer",
                "consequences": "What depends on it, and what it must not be used for",
                "limits": "When it errs",
                "oversight": "Who watches it and may overrule it",
                "contact": "Who answers for it",
            },
        ),
    )
}

_tellers: dict[str, list[Teller]] = defaultdict(list)


def circumstance(topic: str) -> Callable[[Teller], Teller]:
    """Decorator: let the function tell about ``topic``. Raises ValueError for one that is none."""
    if topic not in TOPICS:
        raise ValueError(f"There is no topic {topic!r}; known: {', '.join(TOPICS)}.")

    def add(teller: Teller) -> Teller:
        _tellers[topic].append(teller)
        return teller

    return add


def circumstances(subject: Subject, asked: Iterable[PersonalDataProvider]) -> dict[str, list[dict[str, str]]]:
    """Everything beside the data of ``subject``, whose data comes from ``asked``; a topic may be empty."""
    found: dict[str, list[dict[str, str]]] = {key: [] for key in TOPICS}
    for provider in asked:
        if provider.find(subject):
            found["sources"] += [{"data": each.title, "source": each.source} for each in provider.sections]
            found["retention"] += [{"data": provider.label, "rule": rule} for rule in _rules(provider)]
    for key, tellers in _tellers.items():
        fields = TOPICS[key].fields
        for teller in tellers:
            found[key] += [{name: str(told.get(name, "")) for name in fields} for told in teller(subject)]
    return found


def _rules(provider: PersonalDataProvider) -> list[str]:
    """The rules of the data classes of the provider's tables, each once."""
    rules = [cls.rule for _, cls in classes.items() if cls.covers & provider.covers]
    return list(dict.fromkeys(rules))
