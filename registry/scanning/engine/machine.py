"""Follows a pickle opcode by opcode on a stack of its own, so that each name it uses is known exactly."""

from collections.abc import Callable
from typing import Any

from . import calls, limits
from .opcodes import OPCODES
from .rules import CLASS, FUNCTION, allowed
from .sources import Stream
from .stack import Stack, described
from .values import DENIED, OBJECT, Made, Mapping, Name, items_of
from .verdict import Ends, Held, Report, printable

# Tells what a persistent id stands for; without one, such an id is refused.
Persistent = Callable[[Any, int], Any]
# Called when an object was filled, before the next opcode is read: joblib's arrays stand between opcodes.
Filled = Callable[["Machine", Made], Any]


class Machine(Stack):
    """One pickle of a stream. ``run`` reads it up to its end and gives what it would load."""

    def __init__(
        self,
        stream: Stream,
        report: Report,
        *,
        persistent: Persistent | None = None,
        filled: Filled | None = None,
        texts: list[str] | None = None,
    ) -> None:
        super().__init__(report)
        self.stream = stream
        self._persistent, self._filled, self._texts = persistent, filled, texts
        self._frame: int | None = None
        self._protocol = 0
        self._doors = {name: getattr(self, f"_do_{name}", None) for name, _ in OPCODES.values()}

    @property
    def is_between_frames(self) -> bool:
        return self._frame is None

    def run(self) -> Any:
        """Raises Held where it cannot be followed; what is refused is in the report."""
        stream = self.stream
        for count in range(limits.OPCODES):
            self._at = stream.pos
            code = stream.byte()
            if code not in OPCODES:
                raise Ends(f"The byte {code:#04x} is no opcode of a pickle.", self._at)
            name, argument = OPCODES[code]
            given = argument(stream)
            if self._frame is not None and name != "frame":
                if stream.pos > self._frame:
                    raise Held("An opcode reaches over the end of its frame.", self._at)
                if stream.pos == self._frame:
                    self._frame = None
            if name == "constant":
                self._stack.append(given)
                if self._texts is not None and isinstance(given, str):
                    self._texts.append(given)
            elif name == "stop":
                return self._stop()
            elif name == "protocol":
                self._do_protocol(given, count)
            else:
                self._doors[name](given)  # type: ignore[misc]  # each opcode has one; a test holds it
        raise Held(f"The pickle has more than {limits.OPCODES:,} opcodes.", self._at)

    def _stop(self) -> Any:
        value = self._pop()
        if self._frame is not None:
            raise Held("The pickle ends in the middle of a frame.", self._at)
        if self._stack or self._marks:
            self.report.add("The pickle leaves objects on its stack that are made and not used.", self._at)
        return value

    def _do_protocol(self, given: int, count: int) -> None:
        if given > 5:
            raise Ends(f"There is no pickle protocol {given}.", self._at)
        if count:
            self.report.add("The pickle declares its protocol in its middle.", self._at)
        self._protocol = given

    def _do_frame(self, size: int) -> None:
        if self._frame is not None:
            raise Held("A frame begins within another one.", self._at)
        if size:
            self._frame = self.stream.pos + size

    def _name(self, module: Any, name: Any) -> Any:
        if not isinstance(module, str) or not isinstance(name, str):
            self.report.add("The pickle computes a name in a way that cannot be followed.", self._at)
            return DENIED
        if self._protocol < 3:  # what Python 3 translates for pickles of Python 2
            module = {"__builtin__": "builtins", "copy_reg": "copyreg"}.get(module, module)
        use = allowed().get((module, name), "")
        if not use:
            called = f"{printable(module, 80)}.{printable(name, 80)}"
            self.report.add(f"The pickle uses {called}, which is not on the list of allowed names.", self._at)
            return DENIED
        return Name(module, name, use)

    def _do_name(self, given: tuple[str, str]) -> None:
        self._stack.append(self._name(*given))

    def _do_stack_name(self, _: None) -> None:
        name, module = self._pop(), self._pop()
        self._stack.append(self._name(module, name))

    def _do_instance(self, given: tuple[str, str]) -> None:
        arguments = self._since_mark()
        self._stack.append(self._call(self._name(*given), tuple(arguments)))

    def _do_object(self, _: None) -> None:
        items = self._since_mark()
        if not items:
            raise Ends("The pickle makes an object of no class.", self._at)
        self._stack.append(self._call(items[0], tuple(items[1:])))

    def _do_reduce(self, _: None) -> None:
        arguments, target = self._pop(), self._pop()
        self._stack.append(self._call(target, arguments))

    def _do_newobj(self, _: None) -> None:
        arguments, target = self._pop(), self._pop()
        self._stack.append(self._new(target, arguments))

    def _do_newobj_ex(self, _: None) -> None:
        named, arguments, target = self._pop(), self._pop(), self._pop()
        if not isinstance(named, Mapping) or named.items or named.lost:
            self.report.add(f"The pickle makes {described(target)} with named arguments.", self._at)
        self._stack.append(self._new(target, arguments))

    def _new(self, target: Any, arguments: Any) -> Any:
        if isinstance(target, Name) and target.use == CLASS:
            if items_of(arguments) != ():
                self.report.add(f"The pickle gives arguments to {target}, which takes none here.", self._at)
            return Made(target)
        return self._call(target, arguments)

    def _call(self, target: Any, arguments: Any) -> Any:
        if target is DENIED:
            return DENIED
        if not isinstance(target, Name) or target.use != FUNCTION:
            self.report.add(f"The pickle calls {described(target)}, which it may not.", self._at)
            return DENIED
        made = Made(target, arguments)
        refusal = calls.refusal_of(made)
        if refusal:
            self.report.add(f"The pickle calls {target} in a way that is not allowed: {refusal}", self._at)
        return made

    def _do_build(self, _: None) -> None:
        state, target = self._pop(), self._top()
        if target is DENIED:
            return
        if not isinstance(target, Made):
            self.report.add(f"The pickle changes {described(target)}, which is no object that it made.", self._at)
            return
        target.state = state
        refusal = calls.refusal_of_state(target)
        if refusal:
            self.report.add(f"The pickle fills {target.name} in a way that is not allowed: {refusal}", self._at)
        elif self._filled is not None:
            self._stack[-1] = self._filled(self, target)

    def _do_extension(self, code: int) -> None:
        self.report.add(f"The pickle uses the extension {code}, which only the loading program knows.", self._at)
        self._stack.append(DENIED)

    def _do_persistent(self, _: None) -> None:
        given = self._pop()
        if self._persistent is None:
            raise Ends("The pickle asks its loader for an object from outside.", self._at)
        self._stack.append(self._persistent(given, self._at))

    def _do_persistent_line(self, _: bytes) -> None:
        raise Ends("The pickle asks its loader for an object from outside.", self._at)

    def _do_next_buffer(self, _: None) -> None:
        self.report.add("The pickle needs bytes that do not stand in the file.", self._at)
        self._stack.append(OBJECT)

    def _do_readonly_buffer(self, _: None) -> None:
        self._top()
