"""Changes that somebody makes to an exported file."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

Lines = list[bytes]
Change = Callable[[Lines], None]


def lines_of(path: Path) -> Lines:
    """The lines of a file, each with its end."""
    return path.read_bytes().splitlines(keepends=True)


def at(lines: Lines, index: int) -> int:
    """The number of the line that holds a row."""
    return next(number for number, line in enumerate(lines) if line.startswith(b'{"index":%d,' % index))


def changed(path: Path, change: Change) -> Path:
    """A copy of the file with a change."""
    lines = lines_of(path)
    change(lines)
    copy = path.with_name(f"changed-{path.name}")
    copy.write_bytes(b"".join(lines))
    return copy


def edit(index: int) -> Change:
    """A row says another outcome."""

    def change(lines: Lines) -> None:
        number = at(lines, index)
        assert b'"outcome":"success"' in lines[number]
        lines[number] = lines[number].replace(b'"outcome":"success"', b'"outcome":"failure"')

    return change


def delete(index: int) -> Change:
    """A row is gone."""
    return lambda lines: lines.__delitem__(at(lines, index))


def swap(one: int, other: int) -> Change:
    """Two rows change places, with their numbers."""

    def change(lines: Lines) -> None:
        first, second = at(lines, one), at(lines, other)
        lines[first], lines[second] = lines[second], lines[first]

    return change


def exchange(one: int, other: int) -> Change:
    """Two rows change places and keep the numbers of their places."""

    def change(lines: Lines) -> None:
        first, second = at(lines, one), at(lines, other)
        row, another = lines[first].split(b'"event":', 1), lines[second].split(b'"event":', 1)
        lines[first], lines[second] = row[0] + b'"event":' + another[1], another[0] + b'"event":' + row[1]

    return change


def double(index: int) -> Change:
    """A row stands there twice."""
    return lambda lines: lines.insert(at(lines, index), lines[at(lines, index)])


def cut(lines: Lines) -> None:
    """The tail is gone, and the end is still there."""
    del lines[500:-1]


def cut_all(lines: Lines) -> None:
    """The tail is gone with the end."""
    del lines[500:]


def rehash(index: int) -> Change:
    """An edited row, and the hashes of its block made to fit."""

    def change(lines: Lines) -> None:
        edit(index)(lines)
        number = next(n for n, line in enumerate(lines) if line.startswith(b'{"block":%d,' % (index // 256)))
        block = json.loads(lines[number])
        hashes = bytearray(base64.b64decode(block["hashes"]))
        hashes[index % 256 * 32] ^= 1
        block["hashes"] = base64.b64encode(hashes).decode()
        lines[number] = json.dumps(block, separators=(",", ":"), sort_keys=True).encode() + b"\n"

    return change


def renumber(lines: Lines) -> None:
    """Row 300 is gone, and those behind it closed up."""
    start = at(lines, 300)
    del lines[start]
    for number in range(start, len(lines)):
        if lines[number].startswith(b'{"index":'):
            index = json.loads(lines[number])["index"]
            lines[number] = lines[number].replace(b'{"index":%d,' % index, b'{"index":%d,' % (index - 1))


def edit_header(name: str, value: object) -> Change:
    """The first line says something else."""

    def change(lines: Lines) -> None:
        header = json.loads(lines[0])
        header[name] = value
        lines[0] = json.dumps(header, separators=(",", ":"), sort_keys=True).encode() + b"\n"

    return change


def edit_end(name: str, value: object) -> Change:
    """The last line says something else."""

    def change(lines: Lines) -> None:
        end = json.loads(lines[-1])
        end["end"][name] = value
        lines[-1] = json.dumps(end, separators=(",", ":"), sort_keys=True).encode() + b"\n"

    return change


def edit_proof(index: int) -> Change:
    """A row's proof is another one."""

    def change(lines: Lines) -> None:
        number = at(lines, index)
        proof = json.loads(lines[number])["proof"][0]
        wrong = base64.b64encode(bytes(32)).decode()
        lines[number] = lines[number].replace(proof.encode(), wrong.encode(), 1)

    return change


def cut_growth(lines: Lines) -> None:
    """A step by which the tree grew is gone."""
    del lines[next(number for number, line in enumerate(lines) if line.startswith(b'{"grown":'))]


def half(lines: Lines) -> None:
    """The second half is gone."""
    del lines[len(lines) // 2 :]
