"""From text to a tree; whatever is not in the grammar is refused with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from modelops.lib.errors import Invalid

from .functions import FUNCTIONS

LONGEST = 2000
DEEPEST = 40
_TOKEN = re.compile(
    r"""\s*(?:(?P<column>"(?:[^"]|"")*")|(?P<text>'(?:[^']|'')*')
    |(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<word>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<sign><=|>=|!=|<>|[=<>+\-*/(),]))""",
    re.VERBOSE,
)
_WORDS = {"and", "or", "not", "in"}
_COMPARE = {"<", "<=", ">", ">=", "=", "!=", "<>"}


@dataclass(frozen=True)
class Node:
    """An operation over its parts; leaves are columns and literals."""

    kind: str
    value: str | float = ""
    parts: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Expression:
    """A parsed expression and the columns that it reads, in the order of their first mention."""

    text: str
    root: Node
    columns: tuple[str, ...]


def parse(text: str) -> Expression:
    """The expression in ``text``. Raises Invalid with the place where it ends to be one."""
    if len(text) > LONGEST:
        raise _refusal(f"The expression has {len(text):,} characters; at most {LONGEST:,} are taken.")
    parser = _Parser(text)
    root = parser.any_of(0)
    if parser.place < len(parser.tokens):
        raise parser.unexpected()
    return Expression(text, root, tuple(dict.fromkeys(parser.columns)))


def _refusal(message: str) -> Invalid:
    return Invalid(f'{message} Write for example "amount" > 0 or missing("sent").', code="expression.invalid")


@dataclass
class _Parser:
    text: str
    tokens: list[tuple[str, str, int]] = field(default_factory=list)
    place: int = 0
    columns: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        at, end = 0, len(self.text.rstrip())
        while at < end:
            found = _TOKEN.match(self.text, at)
            if found is None or found.lastgroup is None:
                raise _refusal(f"The expression cannot be read from character {at + 1} on.")
            self.tokens.append((found.lastgroup, found[found.lastgroup], found.start(found.lastgroup) + 1))
            at = found.end()

    def any_of(self, depth: int) -> Node:
        parts = [self.all_of(depth + 1)]
        while self.takes("or"):
            parts.append(self.all_of(depth + 1))
        return parts[0] if len(parts) == 1 else Node("or", parts=tuple(parts))

    def all_of(self, depth: int) -> Node:
        parts = [self.negated(depth + 1)]
        while self.takes("and"):
            parts.append(self.negated(depth + 1))
        return parts[0] if len(parts) == 1 else Node("and", parts=tuple(parts))

    def negated(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise _refusal(f"The expression is nested deeper than {DEEPEST // 5} levels.")
        if self.takes("not"):
            return Node("not", parts=(self.negated(depth + 1),))
        return self.compared(depth + 1)

    def compared(self, depth: int) -> Node:
        left = self.sum_of(depth + 1)
        kind, word, _ = self.token()
        if kind == "sign" and word in _COMPARE:
            self.place += 1
            return Node("!=" if word == "<>" else word, parts=(left, self.sum_of(depth + 1)))
        is_negated = word == "not" and self.token(1)[1] == "in"
        if is_negated or (kind == "word" and word == "in"):
            self.place += 2 if is_negated else 1
            self.demand("(")
            choices = [self.literal()]
            while self.takes(","):
                choices.append(self.literal())
            self.demand(")")
            among = Node("in", parts=(left, *choices))
            return Node("not", parts=(among,)) if is_negated else among
        return left

    def sum_of(self, depth: int) -> Node:
        node = self.product_of(depth + 1)
        while self.token()[1] in ("+", "-") and self.token()[0] == "sign":
            sign = self.next()[1]
            node = Node(sign, parts=(node, self.product_of(depth + 1)))
        return node

    def product_of(self, depth: int) -> Node:
        node = self.single(depth + 1)
        while self.token()[1] in ("*", "/") and self.token()[0] == "sign":
            sign = self.next()[1]
            node = Node(sign, parts=(node, self.single(depth + 1)))
        return node

    def single(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise _refusal(f"The expression is nested deeper than {DEEPEST // 5} levels.")
        kind, word, _ = self.token()
        if word == "-" and kind == "sign":
            self.place += 1
            return Node("negative", parts=(self.single(depth + 1),))
        if word == "(" and kind == "sign":
            self.place += 1
            node = self.any_of(depth + 1)
            self.demand(")")
            return node
        if kind in ("text", "number"):
            return self.literal()
        if kind == "word" and word not in _WORDS and self.token(1)[1] == "(":
            if word not in FUNCTIONS:
                raise _refusal(f"There is no function {word}; known: {', '.join(sorted(FUNCTIONS))}.")
            self.place += 2
            argument = self.any_of(depth + 1)
            self.demand(")")
            return Node("call", word, (argument,))
        if kind == "column" or (kind == "word" and word not in _WORDS):
            self.place += 1
            name = word[1:-1].replace('""', '"') if kind == "column" else word
            self.columns.append(name)
            return Node("column", name)
        raise self.unexpected()

    def literal(self) -> Node:
        sign = -1.0 if self.takes("-") else 1.0
        kind, word, _ = self.next()
        if kind == "number":
            return Node("number", sign * float(word))
        if kind == "text" and sign > 0:
            return Node("text", word[1:-1].replace("''", "'"))
        self.place -= 1
        raise self.unexpected()

    def token(self, ahead: int = 0) -> tuple[str, str, int]:
        place = self.place + ahead
        return self.tokens[place] if place < len(self.tokens) else ("end", "", len(self.text) + 1)

    def next(self) -> tuple[str, str, int]:
        token = self.token()
        self.place += 1
        return token

    def takes(self, word: str) -> bool:
        kind, found, _ = self.token()
        if found != word or kind not in ("word", "sign"):
            return False
        self.place += 1
        return True

    def demand(self, sign: str) -> None:
        if not self.takes(sign):
            raise self.unexpected()

    def unexpected(self) -> Invalid:
        kind, _, at = self.token()
        what = "ends too early" if kind == "end" else f"cannot go on like this at character {at}"
        return _refusal(f"The expression {what}.")
