"""Alerts that pipelines report: figures and ids are kept, what looks like a secret or a person is not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compliance.audit import Actor
from modelops.lib.errors import Invalid
from modelops.lib.masking import masked_email
from monitoring.models.alerts import Alert, Severity

from .opening import About, Sign, raise_alerts

MOST_DETAILS, LONGEST_NAME, LONGEST_VALUE = 20, 60, 200
MASK = "•••"
_OWN = ("finding:", "denials:", "rule:")
_SECRET_WORDS = ("password", "passwd", "secret", "token", "authorization", "cookie", "api_key", "apikey", "body")


def safe_details(details: Any) -> dict[str, Any]:
    """Details as they may stand in an alert; raises Invalid for what is no flat object of figures and short texts."""
    if isinstance(details, str):
        details = {"text": details[:LONGEST_VALUE]} if details else {}
    if not isinstance(details, Mapping) or len(details) > MOST_DETAILS:
        raise _refuse(f"details is an object of at most {MOST_DETAILS} names with figures or short texts.")
    return {_name(name): _value(str(name), value) for name, value in details.items()}


def _name(name: Any) -> str:
    if not isinstance(name, str) or not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise _refuse(f"A name in details has 1 to {LONGEST_NAME} printable characters.")
    return name


def _value(name: str, value: Any) -> Any:
    low = name.lower().replace("-", "_")
    if any(word in low for word in _SECRET_WORDS):
        return MASK
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    if not isinstance(value, str):
        raise _refuse(f"details.{name[:LONGEST_NAME]} is a figure or a short text, not an object or a list.")
    words = (masked_email(word) if "@" in word else word for word in value[:LONGEST_VALUE].split())
    return " ".join(words)


def _refuse(message: str) -> Invalid:
    return Invalid(message, code="alert.invalid", field="details")


@dataclass(frozen=True)
class Report:
    """What a pipeline says of one trouble. The key is its own: it cannot reach alerts that the portal opens itself."""

    key: str
    title: str
    severity: Severity
    details: Any = None
    group: str = ""
    runbook_url: str = ""

    def sign(self) -> Sign:
        """The report as it may be kept; raises Invalid for what may not."""
        if self.key.startswith(_OWN):
            raise Invalid(
                f"Keys that begin with {', '.join(_OWN)} are the portal's own; choose another.",
                code="alert.reserved_key",
                field="key",
            )
        if self.runbook_url and not self.runbook_url.startswith(("https://", "http://", "/")):
            raise Invalid("runbook_url is a web address.", code="alert.invalid", field="runbook_url")
        about = About(group=self.group, details=safe_details(self.details or {}), runbook_url=self.runbook_url[:500])
        return Sign(self.key, self.title, self.severity, about=about)


def report(key: str, title: str, severity: Severity, details: Any = None, *, actor: Actor, **more: str) -> Alert:
    """Open an alert that a pipeline reports, or count it up. The same key while it is live sends no second message.

    ``more`` takes ``group`` and ``runbook_url``.
    """
    (alert,) = report_many([Report(key, title, severity, details, **more)], actor=actor)
    return alert


def report_many(reports: Sequence[Report], *, actor: Actor) -> list[Alert]:
    """Take many reports at once: all of them, or none when one may not be kept."""
    return raise_alerts([one.sign() for one in reports], actor=actor)
