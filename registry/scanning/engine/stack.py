"""The stack, the memo and the containers of a simulated pickle."""

from typing import Any

from . import limits
from .values import DENIED, KEPT_ITEMS, LIST, LONG_TUPLE, SET, Made, Mapping, Name
from .verdict import Ends, Held, Report

_MAPPINGS = {
    ("collections", "OrderedDict"),
    ("collections", "defaultdict"),
    ("collections", "Counter"),
    ("sklearn.utils._bunch", "Bunch"),
    ("sklearn.utils", "Bunch"),
}
_SEQUENCES = {("collections", "deque"), ("builtins", "list")}


class Stack:
    """What does not depend on names. The methods ``_do_…`` are the opcodes."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self._stack: list[Any] = []
        self._marks: list[list[Any]] = []
        self._memo: dict[int, Any] = {}
        self._at = 0

    def _pop(self) -> Any:
        if not self._stack:
            raise Ends("The pickle takes more from its stack than there is.", self._at)
        return self._stack.pop()

    def _top(self) -> Any:
        if not self._stack:
            raise Ends("The pickle takes more from its stack than there is.", self._at)
        return self._stack[-1]

    def _since_mark(self) -> list[Any]:
        if not self._marks:
            raise Ends("The pickle asks for a mark that it did not set.", self._at)
        items, self._stack = self._stack, self._marks.pop()
        return items

    def _do_mark(self, _: None) -> None:
        if len(self._marks) > 10_000:
            raise Held("The pickle is nested too deeply.", self._at)
        self._marks.append(self._stack)
        self._stack = []

    def _do_pop(self, _: None) -> None:
        if self._stack:
            self._stack.pop()
        else:
            self._since_mark()

    def _do_pop_mark(self, _: None) -> None:
        self._since_mark()

    def _do_dup(self, _: None) -> None:
        self._stack.append(self._top())

    # --- memo

    def _do_put(self, index: int) -> None:
        if len(self._memo) >= limits.MEMO and index not in self._memo:
            raise Held(f"The pickle remembers more than {limits.MEMO:,} objects.", self._at)
        if index > 64 * limits.MEMO:
            raise Held("A memo number is out of all proportion.", self._at)
        self._memo[index] = self._top()

    def _do_memoize(self, _: None) -> None:
        self._do_put(len(self._memo))

    def _do_get(self, index: int) -> None:
        if index not in self._memo:
            raise Ends("The pickle asks for an object that it did not remember.", self._at)
        self._stack.append(self._memo[index])

    # --- containers

    def _do_none(self, _: None) -> None:
        self._stack.append(None)

    def _do_true(self, _: None) -> None:
        self._stack.append(True)

    def _do_false(self, _: None) -> None:
        self._stack.append(False)

    def _do_empty_list(self, _: None) -> None:
        self._stack.append(LIST)

    def _do_list(self, _: None) -> None:
        self._since_mark()
        self._stack.append(LIST)

    def _do_append(self, _: None) -> None:
        self._pop()
        self._extend()

    def _do_appends(self, _: None) -> None:
        self._since_mark()
        self._extend()

    def _extend(self) -> None:
        target = self._top()
        if target is LIST or target is DENIED or (isinstance(target, Made) and target.pair in _SEQUENCES):
            return
        self.report.add(f"The pickle appends to {described(target)}, which is no list.", self._at)

    def _do_empty_tuple(self, _: None) -> None:
        self._stack.append(())

    def _tuple(self, items: list[Any]) -> None:
        self._stack.append(tuple(items) if len(items) <= KEPT_ITEMS else LONG_TUPLE)

    def _do_tuple(self, _: None) -> None:
        self._tuple(self._since_mark())

    def _take(self, count: int) -> None:
        items = [self._pop() for _ in range(count)]
        self._tuple(items[::-1])

    def _do_tuple1(self, _: None) -> None:
        self._take(1)

    def _do_tuple2(self, _: None) -> None:
        self._take(2)

    def _do_tuple3(self, _: None) -> None:
        self._take(3)

    def _do_empty_dict(self, _: None) -> None:
        self._stack.append(Mapping())

    def _do_dict(self, _: None) -> None:
        items = self._since_mark()
        self._stack.append(Mapping())
        self._fill(items)

    def _do_setitem(self, _: None) -> None:
        value, key = self._pop(), self._pop()
        self._fill([key, value])

    def _do_setitems(self, _: None) -> None:
        self._fill(self._since_mark())

    def _fill(self, items: list[Any]) -> None:
        if len(items) % 2:
            raise Ends("The pickle sets a key without a value.", self._at)
        target = self._top()
        if isinstance(target, Mapping):
            for key, value in zip(items[::2], items[1::2], strict=True):
                target.put(key, value)
        elif target is not DENIED and not (isinstance(target, Made) and target.pair in _MAPPINGS):
            self.report.add(f"The pickle sets items of {described(target)}, which is no dict.", self._at)

    def _do_empty_set(self, _: None) -> None:
        self._stack.append(SET)

    def _do_frozenset(self, _: None) -> None:
        self._since_mark()
        self._stack.append(SET)

    def _do_additems(self, _: None) -> None:
        self._since_mark()
        target = self._top()
        if target is not SET and target is not DENIED:
            self.report.add(f"The pickle adds to {described(target)}, which is no set.", self._at)


def described(value: Any) -> str:
    """A value in a sentence."""
    if isinstance(value, Name):
        return str(value)
    if isinstance(value, Made):
        return f"a {value.name}"
    return "a value that is no name"
