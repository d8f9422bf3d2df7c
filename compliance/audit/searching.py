"""Finding rows: every filter is answered by an index of each month, newest first, whatever the number of rows.

`Search` is what the browser and the REST interface ask alike; `matching` is the only place that knows which index
answers what.
"""

import datetime as dt
import ipaddress
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import reduce
from operator import or_
from typing import Final, get_args

from django.apps import apps
from django.db import connection, models
from django.db.models import Q
from django.utils.dateparse import parse_date, parse_datetime

from modelops.lib.errors import Invalid

from .actor import Kind
from .context import network_of
from .events import Category, event_classes
from .models import AuditEvent, Outcome
from .partitions import TABLE, recorded_within
from .personal.origins import origins_of
from .watching.models import RowWords

CATEGORIES: Final = get_args(Category)
ACTOR_KINDS: Final = get_args(Kind)
# What parts words in details: all marks but those within names, numbers and references.
_MARKS: Final = "{}[]\":,.;/\\()=@+<>|!?*'`#&~^$"

_TAKEN_BEFORE_A_SEARCH: Final = 1000
_NEWEST: Final = 20_000
_PAGE: Final = 51
_FEW: Final = 10_000
# A limit that is never met: it keeps the planner from going through the rows in the order of the page.
_AS_ONE: Final = 1_000_000


def words_sql(text: str) -> str:
    """The SQL expression for the words of ``text``, itself SQL; those of the rows are made by the very same one."""
    marks = _MARKS.replace("'", "''")
    return f"array_remove(string_to_array(translate(lower({text}), '{marks}', '{' ' * len(_MARKS)}'), ' '), '')"


@dataclass(frozen=True)
class Search:
    """What somebody looks for; empty fields ask for nothing. ``name`` is an action or the beginning of several.

    ``address`` is one address, or a network (10.0.0.0/24). ``words`` are whole words of the details, all of them.
    """

    actor: str = ""
    actor_kind: str = ""
    target_type: str = ""
    target_id: str = ""
    name: str = ""
    category: str = ""
    outcome: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    address: str = ""
    request_id: str = ""
    words: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Search":
        """From the texts of a query string, whose names are those of the fields. Raises Invalid."""
        texts = {field.name: given.get(field.name, "").strip().replace("\x00", "") for field in fields(cls)}
        for name, choices in (("outcome", Outcome.values), ("category", CATEGORIES), ("actor_kind", ACTOR_KINDS)):
            if texts[name] and texts[name] not in choices:
                raise Invalid(f"The {name} is one of {', '.join(choices)}.", field=name)
        since, until = _moment(texts.pop("since"), "since"), _moment(texts.pop("until"), "until")
        return cls(since=since, until=until, **texts)


def matching(events: "models.QuerySet[AuditEvent]", search: Search) -> "models.QuerySet[AuditEvent]":
    """The rows that `search` asks for. Raises Invalid for what cannot be looked for."""
    equal = {name: getattr(search, name) for name in ("actor_kind", "target_type", "category", "outcome", "request_id")}
    found = events.filter(
        recorded_within(search.since, search.until), **{name: value for name, value in equal.items() if value}
    )
    if search.actor:
        found = found.filter(actor_ref=search.actor)
        if not search.actor_kind:
            found = found.filter(_kinds_of("actor_kind", "actor_ref", search.actor, ACTOR_KINDS))
    if search.target_id:
        found = found.filter(target_id=search.target_id)
        if not search.target_type:
            found = found.filter(_kinds_of("target_type", "target_id", search.target_id, _target_types()))
    if search.name:
        found = found.filter(name__in=names_of(search.name))
    if search.address:
        found = _from_address(found, search.address)
    if search.words:
        found = _with_words(found, search.words)
    return found


def anything(events: "models.QuerySet[AuditEvent]", text: str) -> "models.QuerySet[AuditEvent]":
    """Rows for what somebody typed into the one field: an id, the beginning of an action, or words of details."""
    term = text.strip().replace("\x00", "")
    if not term:
        return events
    if _is_uuid(term):
        if AuditEvent.objects.filter(request_id=term).exists():
            return events.filter(request_id=term)
        target = _kinds_of("target_type", "target_id", term, _target_types())
        actor = _kinds_of("actor_kind", "actor_ref", term, ACTOR_KINDS)
        # An account is both somebody who acts and somebody who is acted upon.
        parts = [
            Q(each, **{name: term}) for each, name in ((target, "target_id"), (actor, "actor_ref")) if each != _NOBODY
        ]
        return events.filter(reduce(or_, parts)) if parts else events.none()
    if names_of(term) != [term] or term in event_classes():
        return events.filter(name__in=names_of(term))
    return _with_words(events, term)


def _moment(text: str, name: str) -> dt.datetime | None:
    """A day or a moment, UTC unless it says otherwise; None for no text."""
    if not text:
        return None
    try:
        day = parse_date(text)
        found = dt.datetime.combine(day, dt.time()) if day else parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise Invalid(
            f"{text[:40]!r} is no time. Write 2026-11-22 or 2026-11-22T07:30, UTC.", code="time.invalid", field=name
        )
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def names_of(beginning: str) -> list[str]:
    """The actions that begin so; the text itself when none is declared (any more)."""
    found = [
        name for name in sorted(event_classes()) if name == beginning or name.startswith(f"{beginning.rstrip('.')}.")
    ]
    return found or [beginning]


_NOBODY: Final = Q(pk__in=[])


def _kinds_of(kind: str, reference: str, value: str, kinds: Sequence[str]) -> Q:
    """Under which of the kinds the reference has rows, as a condition.

    The kind leads the index. Asked for several at once, the planner cannot read the newest rows of an index in their
    order, and goes through all months instead; and nearly always there is one.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT k FROM unnest(%s::text[]) k WHERE EXISTS"  # noqa: S608 (names of columns, written here)
            f" (SELECT FROM {TABLE} e WHERE e.{kind} = k AND e.{reference} = %s)",
            [list(kinds), value],
        )
        found = [name for (name,) in cursor.fetchall()]
    if not found:
        return _NOBODY
    return Q(**{kind: found[0]}) if len(found) == 1 else Q(**{f"{kind}__in": found})


def _from_address(events: "models.QuerySet[AuditEvent]", address: str) -> "models.QuerySet[AuditEvent]":
    try:
        network = ipaddress.ip_network(address.strip(), strict=False)
    except ValueError:
        raise Invalid(
            f"{address[:60]!r} is no address and no network. Write 203.0.113.7 or 203.0.113.0/24.",
            code="address.invalid",
            field="address",
        ) from None
    alone = "/" not in address
    kept = ipaddress.ip_network(network_of(str(network.network_address)))
    if alone:
        return events.filter(source=str(kept), origin__in=_origins(str(network.network_address)))
    if network.prefixlen > kept.prefixlen:
        raise Invalid(
            f"Rows know networks of /{kept.prefixlen}; {network} is smaller. Write one address, or {kept}.",
            code="network.too_small",
            field="address",
        )
    if network.prefixlen < kept.prefixlen:
        raise Invalid(
            f"Rows know networks of /{kept.prefixlen}; {network} is larger. Look for its parts one by one.",
            code="network.too_large",
            field="address",
        )
    return events.filter(source=str(kept))


def _origins(address: str) -> list[bytes]:
    """Read beforehand: with a list the planner knows how few they are."""
    return [bytes(row["commitment"]) for row in origins_of(address)]


def _with_words(events: "models.QuerySet[AuditEvent]", words: str) -> "models.QuerySet[AuditEvent]":
    text = " ".join(words.replace("\x00", " ").split())[:300]
    if not text:
        return events
    with connection.cursor() as cursor:
        # The schedule does the same; here it lets somebody find what has just happened.
        cursor.execute("SELECT audit_take_words(%s)", [_TAKEN_BEFORE_A_SEARCH])
        cursor.execute(f"SELECT {words_sql('%s::text')}", [text])
        (found,) = cursor.fetchone()
    if not found:
        return events
    having = RowWords.objects.filter(words__contains=found).values_list("event_id", flat=True)
    # A frequent word fills a page from the newest rows; others are gathered from the index. The planner cannot tell
    # them apart for words that it has no statistics of, and would go through all rows for the rarest.
    newest = RowWords.objects.order_by("-event_id").values("event_id")[:_NEWEST]
    if having.filter(event_id__in=newest)[:_PAGE].count() == _PAGE:
        return events.filter(pk__in=having)
    few = list(having[: _FEW + 1])
    return events.filter(pk__in=few if len(few) <= _FEW else having[:_AS_ONE])


def _target_types() -> list[str]:
    return [model._meta.label_lower for model in apps.get_models(include_auto_created=True)]


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
