"""``manage.py scan_file``: runs on any machine, without settings, a database or a server."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from .engine import Verdict, scan_file
from .isolated import scan_isolated

DESCRIPTION = (
    "Look through model files without loading them. Prints a JSON line for each: path, verdict (clean or quarantine), "
    "format, reasons. Ends with 0 only when all are clean."
)


def add_arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument(
        "--isolated", action="store_true", help="each file in a process of its own, with limits and without network"
    )


def lines(files: Iterable[Path], *, isolated: bool) -> Iterable[tuple[bool, str]]:
    """Whether each file is clean, and its line."""
    for file in files:
        found = scan_file(file, scan_it=_alone) if isolated else scan_file(file)
        line = {"path": str(file), "verdict": found.verdict, "format": found.format, "reasons": list(found.reasons)}
        yield found.is_clean, json.dumps(line, ensure_ascii=True)


def _alone(file: BinaryIO) -> Verdict:
    return scan_isolated(file).verdict


def main(arguments: list[str]) -> int:
    """Scan what the command line names; gives the exit code."""
    parser = ArgumentParser(prog="manage.py scan_file", description=DESCRIPTION)
    add_arguments(parser)
    all_clean = True
    given = parser.parse_args(arguments)
    for is_clean, line in lines(given.files, isolated=given.isolated):
        all_clean = all_clean and is_clean
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    return 0 if all_clean else 1
