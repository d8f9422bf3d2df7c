"""The filter language of searches: comparisons joined by AND, read into a tree without touching the database.

A comparison is an identifier ("name", "tags.team", "metrics.`val/auc`"), a comparator and a value. Texts stand in
quotes; a quote within is written twice. Reading takes time in proportion to the length, which is bounded.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, NoReturn

from modelops.lib.errors import Invalid

Kind = Literal["text", "number", "moment"]
Value = str | int | float | tuple[str, ...] | None

LONGEST_FILTER: Final = 8000
MOST_COMPARISONS: Final = 50
MOST_LISTED: Final = 1000

_EQUAL: Final = frozenset({"=", "!="})
_LIKE: Final = frozenset({"LIKE", "ILIKE"})
_LISTS: Final = frozenset({"IN", "NOT IN"})
_NULLS: Final = frozenset({"IS NULL", "IS NOT NULL"})
NUMERIC: Final = frozenset({"=", "!=", "<", "<=", ">", ">="})
TEXTUAL: Final = _EQUAL | _LIKE
LISTED: Final = TEXTUAL | _LISTS
TAGGED: Final = TEXTUAL | _NULLS
_A_LIST: Final = "While parsing a list in the query,"


@dataclass(frozen=True, slots=True)
class Attribute:
    """A fact of its own column: how it is compared, and what it is called here when it has several names."""

    kind: Kind = "text"
    comparators: frozenset[str] = LISTED
    name: str = ""


@dataclass(frozen=True, slots=True)
class Grammar:
    """What one list can be filtered and ordered by.

    ``prefixes`` gives the entity for what stands before the first dot; ``comparators`` are those of entities with free
    keys, such as tags. An entity in ``keys`` has only these keys.
    """

    attributes: Mapping[str, Attribute]
    prefixes: Mapping[str, str]
    comparators: Mapping[str, frozenset[str]] = field(default_factory=dict)
    keys: Mapping[str, frozenset[str]] = field(default_factory=dict)
    orders: frozenset[str] = frozenset()
    orders_by_entity: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """One condition: ``entity`` is "attribute", or one with free keys ("tag", "metric", "param", "dataset")."""

    entity: str
    key: str
    kind: Kind
    comparator: str
    value: Value


@dataclass(frozen=True, slots=True)
class Order:
    """One key to sort by."""

    entity: str
    key: str
    ascending: bool


class _Token(NamedTuple):
    kind: str
    text: str


# Each alternative begins with other signs than the ones before it can go on with, so that nothing is read twice.
_TOKENS: Final = re.compile(
    r"""(?P<space>\s+)
      | (?P<sign><=|>=|!=|<>|=|<|>)
      | (?P<list>[(),])
      | (?P<number>[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![\w.]))
      | (?P<text>'(?:[^']|'')*')
      | (?P<name>(?:[\w/:@-]+(?:\.[\w/:@-]+)*)(?:\.(?:`[^`]*`|"[^"]*"))?)
      | (?P<back>`[^`]*`)
      | (?P<double>"(?:[^"]|"")*")
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


def parsed(text: str | None, grammar: Grammar) -> tuple[Comparison, ...]:
    """The comparisons that ``text`` joins by AND; none for an empty text. Raises Invalid."""
    if not text or not text.strip():
        return ()
    if len(text) > LONGEST_FILTER or "\x00" in text or not _is_unicode(text):
        _refuse(f"The filter is longer than {LONGEST_FILTER} characters or holds a NUL character.")
    return _Reader(_tokens(text), grammar).comparisons()


def parsed_orders(clauses: Iterable[str] | None, grammar: Grammar) -> tuple[Order, ...]:
    """What "name ASC" and the like ask for; ascending unless said. Raises Invalid."""
    return tuple(_order(clause, grammar) for clause in clauses or ())


def _order(clause: str, grammar: Grammar) -> Order:
    if len(clause) > LONGEST_FILTER or "\x00" in clause or not _is_unicode(clause):
        _refuse("An order_by clause is too long or holds a NUL character.", "order_by")
    tokens = [token for token in _tokens(clause) if token.kind != "list"]
    if not 0 < len(tokens) <= 2 or tokens[0].kind not in {"name", "back", "double"}:
        _refuse(f"Invalid order_by clause '{clause[:200]}'. Could not be parsed.", "order_by")
    direction = tokens[1].text.upper() if len(tokens) == 2 else "ASC"
    if direction not in {"ASC", "DESC"}:
        _refuse(f"Invalid ordering key in order_by clause '{clause[:200]}'.", "order_by")
    entity, key = _identified(tokens[0], grammar, ordering=True)
    if entity == "attribute":
        key = grammar.attributes[key].name or key if key in grammar.attributes else key
    elif not grammar.orders_by_entity:
        _refuse(f"Invalid order_by entity: {entity}", "order_by")
    return Order(entity, key, direction == "ASC")


def _tokens(text: str) -> list[_Token]:
    found = []
    for match in _TOKENS.finditer(text):
        kind = match.lastgroup or "other"
        if kind != "space":
            found.append(_Token(kind, match.group()))
    return found


class _Reader:
    """Goes through the tokens once."""

    def __init__(self, tokens: list[_Token], grammar: Grammar) -> None:
        self._tokens, self._grammar, self._at = tokens, grammar, 0

    def comparisons(self) -> tuple[Comparison, ...]:
        found = [self._comparison()]
        while self._at < len(self._tokens):
            joint = self._next("AND")
            if joint.text.upper() != "AND" or joint.kind != "name":
                _refuse(f"Invalid clause(s) in filter string: '{joint.text[:100]}'. Join comparisons by AND.")
            found.append(self._comparison())
            if len(found) > MOST_COMPARISONS:
                _refuse(f"A filter holds at most {MOST_COMPARISONS} comparisons.")
        return tuple(found)

    def _next(self, expected: str) -> _Token:
        if self._at >= len(self._tokens):
            _refuse(f"Invalid clause(s) in filter string: it ends where {expected} is expected.")
        self._at += 1
        return self._tokens[self._at - 1]

    def _comparison(self) -> Comparison:
        first = self._next("an identifier")
        if first.kind not in {"name", "back", "double"} or first.text.upper() in {"AND", "OR", "NOT"}:
            _refuse(f"Invalid clause(s) in filter string: '{first.text[:100]}'. Expected an identifier.")
        entity, key = _identified(first, self._grammar)
        comparator = self._comparator()
        attribute = self._grammar.attributes.get(key, Attribute()) if entity == "attribute" else None
        kind: Kind = attribute.kind if attribute else ("number" if entity == "metric" else "text")
        known = attribute.comparators if attribute else self._grammar.comparators[entity]
        if comparator not in known:
            said = f"'{key}'" if entity == "attribute" else f"{entity} '{key}'"
            _refuse(f"Invalid comparator '{comparator}' for {said}: not one of {', '.join(sorted(known))}.")
        value = None if comparator in _NULLS else self._value(comparator, kind, key)
        return Comparison(entity, (attribute.name or key) if attribute else key, kind, comparator, value)

    def _comparator(self) -> str:
        token = self._next("a comparator")
        if token.kind == "sign":
            return "!=" if token.text == "<>" else token.text
        word = token.text.upper()
        if token.kind == "name" and word in {"LIKE", "ILIKE", "IN"}:
            return word
        if token.kind == "name" and word == "NOT" and self._next("IN").text.upper() == "IN":
            return "NOT IN"
        if token.kind == "name" and word == "IS":
            following = self._next("NULL").text.upper()
            if following == "NULL":
                return "IS NULL"
            if following == "NOT" and self._next("NULL").text.upper() == "NULL":
                return "IS NOT NULL"
        _refuse(f"Invalid clause(s) in filter string: '{token.text[:100]}'. Expected a comparator.")

    def _value(self, comparator: str, kind: Kind, key: str) -> Value:
        token = self._next("a value")
        if comparator in _LISTS:
            return self._list(token)
        if kind != "text":
            if token.kind != "number":
                _refuse(f"Expected numeric value type for numeric attribute: {key}. Found {token.text[:100]}")
            return _number(token.text)
        return _quoted(token)

    def _list(self, opening: _Token) -> tuple[str, ...]:
        if opening.text != "(" or opening.kind != "list":
            _refuse(f"{_A_LIST} expected a non-empty list of string values, but got ill-formed list.")
        found: list[str] = []
        while True:
            token = self._next("a value of the list")
            if _is_end(token) and not found:
                _refuse(f"{_A_LIST} expected a non-empty list of string values, but got empty list")
            if not _is_end(token):
                if token.kind not in {"text", "double"}:
                    _refuse(
                        f"{_A_LIST} expected string value, punctuation, or whitespace, but got different type in list: "
                        f"{token.text[:100]}"
                    )
                found.append(_quoted(token))
                if len(found) > MOST_LISTED:
                    _refuse(f"A list holds at most {MOST_LISTED} values.")
                token = self._next("a comma or the end of the list")
            if _is_end(token):
                return tuple(found)
            if token.text != "," or token.kind != "list":
                _refuse(f"{_A_LIST} expected a non-empty list of string values, but got ill-formed list.")


def _is_end(token: _Token) -> bool:
    return token.kind == "list" and token.text == ")"


def _identified(token: _Token, grammar: Grammar, *, ordering: bool = False) -> tuple[str, str]:
    """Entity and key of an identifier; what has no prefix is an attribute."""
    prefix, dot, rest = token.text.partition(".") if token.kind == "name" else ("", "", token.text)
    if not dot:
        entity, key = "attribute", _bare(token.text)
    else:
        if prefix not in grammar.prefixes:
            valid = ", ".join(sorted(grammar.prefixes))
            _refuse(f"Invalid entity type '{prefix[:100]}'. Valid values are {valid}")
        entity, key = grammar.prefixes[prefix], _bare(rest)
    valid_keys = grammar.keys.get(entity)
    if entity == "attribute":
        valid_keys = grammar.orders if ordering else frozenset(grammar.attributes)
    if valid_keys is not None and key not in valid_keys:
        _refuse(
            f"Invalid {entity} key '{key[:250]}' specified. Valid keys are '{', '.join(sorted(valid_keys))}'",
            "order_by" if ordering else "filter",
        )
    if not 0 < len(key) <= 250:
        _refuse(f"The key of a {entity} has 1 to 250 characters.")
    return entity, key


def _bare(text: str) -> str:
    return text[1:-1] if len(text) >= 2 and text[0] == text[-1] and text[0] in '`"' else text


def _quoted(token: _Token) -> str:
    if token.kind not in {"text", "double"}:
        _refuse(f"Expected a quoted string value (e.g. 'my-value'). Got value {token.text[:100]}")
    sign = token.text[0]
    return token.text[1:-1].replace(sign * 2, sign)


def _number(text: str) -> int | float:
    if len(text) > 100:
        _refuse("A number has at most 100 digits.")
    try:
        return int(text)
    except ValueError:
        return float(text)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse(message: str, about: str = "filter") -> NoReturn:
    raise Invalid(message, code="filter.invalid", field=about)
