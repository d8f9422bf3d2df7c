"""One file and its verdict, from the process that has no keys."""

import platform
from collections.abc import Callable, Iterable
from typing import BinaryIO

from registry.artifacts import open_artifact
from registry.models import Artifact

from .isolated import Isolated, scan_isolated
from .models import Cause, Inspection, Verdict

ENGINE = f"static, Python {platform.python_version()}"
# Formats of which the scanner says only that it does not read them.
_UNREAD_FORMATS = {"unknown", "hdf5", "keras"}

# Takes a file and its path in a folder.
ScanIt = Callable[[BinaryIO, str], Isolated]


def alone(file: BinaryIO, path: str) -> Isolated:
    """Scan in a process of its own."""
    return scan_isolated(file, path=path)


def files_of(inspection: Inspection) -> list[tuple[str, Artifact]]:
    """The files whose verdicts decide: those of a folder by path, or the one file."""
    version = inspection.version
    if inspection.is_variant or not version.is_directory:
        return [("", inspection.artifact)]
    files = version.files.select_related("artifact").order_by("path")
    return [(file.path, file.artifact) for file in files]


def judge(inspection: Inspection, path: str, artifact: Artifact, scan_it: ScanIt = alone) -> Verdict:
    """The verdict about one file, not saved. What keeps the file itself from being read is raised."""
    with open_artifact(artifact) as file:
        found = scan_it(file, path)
    return Verdict(
        artifact=artifact,
        inspection=inspection,
        path=path,
        round=inspection.round,
        verdict=found.verdict.verdict,
        found_format=found.verdict.format[:60],
        reasons=list(found.verdict.reasons),
        rules=found.rules,
        engine=ENGINE if found.has_ended else f"{ENGINE}, stopped",
        network=found.network,
        limits=found.limits,
        seconds=round(found.seconds, 3),
    )


def cause_of(verdicts: Iterable[Verdict]) -> Cause | None:
    """The one word for why a file is held: the most telling of those of its parts; None where all are clean."""
    causes = {_cause(verdict) for verdict in verdicts if verdict.reasons}
    return next((cause for cause in (Cause.CONTENT, Cause.FORMAT, Cause.STOPPED) if cause in causes), None)


def _cause(verdict: Verdict) -> Cause:
    if not verdict.network:
        return Cause.STOPPED
    return Cause.FORMAT if verdict.found_format in _UNREAD_FORMATS else Cause.CONTENT
