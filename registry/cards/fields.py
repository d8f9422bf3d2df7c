"""What a card has room for, and what each risk class has to fill in. One table: pages, checks and documents read it.

The classes are those of Regulation (EU) 2024/1689: Article 50 asks for transparency (limited risk), Article 11 with
Annex IV for the technical documentation of what Article 6 calls high-risk, and Article 5 names what is prohibited.
"""

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["text", "line", "groups"]

MINIMAL: Final = frozenset({"minimal", "limited", "high"})
LIMITED: Final = frozenset({"limited", "high"})
HIGH: Final = frozenset({"high"})
OPTIONAL: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Field:
    """One field: ``required_by`` names the risk classes that ask for it, ``annex`` the heading of Annex IV it is for.

    Kinds: "text" is a few paragraphs with Markdown, "line" one line, "groups" rows of group, metric and value.
    """

    key: str
    label: str
    section: str
    help: str
    annex: int
    required_by: frozenset[str] = OPTIONAL
    kind: Kind = "text"


_USE, _DATA, _MAKING = "Use", "Data", "How it is made"
_EVALUATION, _LIMITS, _OVERSIGHT, _CONFORMITY = "Evaluation", "Limits", "People and oversight", "Conformity"

FIELDS: Final = (
    Field(
        "intended_use", "Intended use", _USE, "What the model is used for, and what depends on its answer.", 1, MINIMAL
    ),
    Field("users", "Intended users", _USE, "Who works with the answers, and what they need to know.", 1, LIMITED),
    Field(
        "out_of_scope", "Out-of-scope use", _USE, "What the model must not be used for, though it could be.", 3, LIMITED
    ),
    Field(
        "transparency", "What people are told", _USE, "How people learn that an AI system answers or decides.", 1,
        LIMITED,
    ),
    Field(
        "instructions", "Instructions for use", _USE, "Inputs, outputs, and how an answer is to be read.", 1, HIGH
    ),
    Field(
        "surroundings", "What it runs with", _USE, "Hardware, software and other systems that it needs or feeds.", 1,
        HIGH,
    ),
    Field(
        "training_data", "Training data", _DATA, "Where it comes from, whom and what it covers, what is missing.", 2,
        LIMITED,
    ),
    Field(
        "data_preparation", "Preparation of the data", _DATA, "Labelling, cleaning, filling of gaps, assumptions.", 2,
        HIGH,
    ),
    Field("design", "Design", _MAKING, "Method, architecture, choices and what they trade for what.", 2, HIGH),
    Field(
        "security", "Security", _MAKING, "Measures against manipulated data, manipulated inputs and theft.", 2, HIGH
    ),
    Field(
        "planned_changes", "Planned changes", _MAKING, "What may change without a new assessment, and when.", 6, HIGH
    ),
    Field("evaluation", "Evaluation", _EVALUATION, "On which data, how, and with what result.", 2, LIMITED),
    Field(
        "metric_choice", "Why these metrics", _EVALUATION, "Why they fit this use, and what they do not show.", 4,
        HIGH,
    ),
    Field(
        "metrics_by_group", "Metrics by group", _EVALUATION, "One line for each: group, metric, value.", 3, HIGH,
        "groups",
    ),
    Field("limitations", "Limits", _LIMITS, "When it errs, and how one can tell.", 3, MINIMAL),
    Field(
        "ethics", "Ethical considerations", _LIMITS, "Harm it may do, to whom, and what was done about it.", 3, LIMITED
    ),
    Field(
        "risk_management", "Risk management", _LIMITS, "Risks found, measures taken, what risk remains.", 5, HIGH
    ),
    Field(
        "oversight", "Human oversight", _OVERSIGHT, "Who watches, who may overrule or stop it, and how.", 3, HIGH
    ),
    Field("monitoring", "Watching it in use", _OVERSIGHT, "What is measured after release, who acts on it.", 9, HIGH),
    Field(
        "contact", "Contact", _OVERSIGHT, "The role or team that answers for the model; no name of a person.", 1,
        MINIMAL, "line",
    ),
    Field(
        "standards", "Standards", _CONFORMITY, "Harmonised standards that were applied, or what was done instead.", 7,
        HIGH,
    ),
    Field(
        "declaration", "Declaration of conformity", _CONFORMITY, "Where the EU declaration of conformity is kept.", 8,
        HIGH,
    ),
)  # fmt: skip

BY_KEY: Final = {field.key: field for field in FIELDS}
SECTIONS: Final = tuple(dict.fromkeys(field.section for field in FIELDS))


def required_fields(risk_class: str) -> tuple[Field, ...]:
    """What a model of this class has to fill in, in the order of the card.

    >>> [field.key for field in required_fields("minimal")]
    ['intended_use', 'limitations', 'contact']
    >>> len(required_fields("high")) == len(FIELDS)
    True
    """
    return tuple(field for field in FIELDS if risk_class in field.required_by)
