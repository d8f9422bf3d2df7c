"""Whole files of pickles: one or several in a row, with joblib's arrays between opcodes, up to the last byte."""

from typing import Any

from . import calls, limits
from .machine import Machine, Persistent
from .opcodes import OPCODES
from .sources import Stream
from .values import OBJECT, Made
from .verdict import Ends, Held, Report

# Bytes below the first opcode: whoever takes an array for opcodes stops at once.
_FIRST_OPCODE = min(OPCODES)


def scan_pickles(stream: Stream, report: Report) -> str:
    """Follow every pickle of the stream; nothing else may stand in it. Gives the format's key."""
    joblib = _Joblib(report)
    while True:
        Machine(stream, report, filled=joblib.filled).run()
        if stream.ended:
            return "joblib" if joblib.arrays else "pickle"


def scan_one(
    stream: Stream, report: Report, *, persistent: Persistent | None = None, texts: list[str] | None = None
) -> None:
    """Follow one pickle without joblib's arrays. Its short texts are added to ``texts``."""
    Machine(stream, report, persistent=persistent, texts=texts).run()


def would_run(stream: Stream) -> list[str]:
    """Why a program that takes this file for a pickle would do something; empty when it would stop at once.

    For files of another format: some can be written so that they are a pickle as well.
    """
    report = Report()
    try:
        Machine(stream, report).run()
    except Ends:
        pass
    except Held as held:
        report.add(held.reason, held.at)
    return report.reasons


class _Joblib:
    """joblib writes each array behind the opcode that fills its description."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._depth = 0
        self.arrays = 0

    def filled(self, machine: Machine, made: Made) -> Any:
        if made.pair != calls.WRAPPER:
            return made
        self.arrays += 1
        stream, start = machine.stream, machine.stream.pos
        described = calls.array_bytes(made)
        if described is None:
            raise Held("joblib's description of an array cannot be followed.", start)
        if not machine.is_between_frames:
            raise Held("An array of joblib stands in the middle of a frame.", start)
        count, is_pickle, alignment = described
        if is_pickle:
            self._pickled(stream, start)
        else:
            _numbers(stream, count, alignment, start)
        return OBJECT

    def _pickled(self, stream: Stream, start: int) -> None:
        self._depth += 1
        if self._depth > limits.DEPTH:
            raise Held("Arrays of objects are nested too deeply.", start)
        Machine(stream, self._report).run()
        self._depth -= 1


def _numbers(stream: Stream, count: int, alignment: int, start: int) -> None:
    """The bytes of an array. They are no opcodes, also not for a program that does not know joblib's way."""
    if alignment:
        padding = stream.byte()
        if padding > alignment or stream.read(padding) != b"\xff" * padding:
            raise Held("The padding before an array is not joblib's.", start)
        stream.skip(count)
        return
    if not count:
        return
    if stream.byte() >= _FIRST_OPCODE:
        raise Held(
            "An array without padding (joblib before 1.2) begins with a byte that is an opcode too. Save the model "
            "again with a newer joblib.",
            start,
        )
    stream.skip(count - 1)
