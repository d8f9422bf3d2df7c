"""Paths of the files of a directory: names, never places. What no file system could hold is refused."""

import re
import unicodedata
from collections.abc import Iterable

from modelops.lib.errors import Invalid

MOST_FILES = 1000
_LONGEST = 1024
_DEEPEST = 16
# Names that Windows keeps for devices, with any ending. Source: "Naming Files, Paths, and Namespaces".
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\..*)?", re.IGNORECASE)
_FORBIDDEN = set('\\:*?"<>|')


def check_path(path: str) -> str:
    """``path`` when it can name a file of a directory. Raises Invalid and says what is wrong with it."""
    if not path or len(path) > _LONGEST or len(path.encode("utf-8", "surrogatepass")) > _LONGEST:
        raise _bad(path, f"it is empty or longer than {_LONGEST} bytes")
    if path.startswith("/"):
        raise _bad(path, "it is absolute; paths begin in the directory")
    parts = path.split("/")
    if len(parts) > _DEEPEST:
        raise _bad(path, f"it is more than {_DEEPEST} folders deep")
    for part in parts:
        if part in {"", ".", ".."}:
            raise _bad(path, "it has an empty part, '.' or '..'")
        if len(part.encode("utf-8", "surrogatepass")) > 255:
            raise _bad(path, "a part of it is longer than 255 bytes")
        if part[-1] in ". " or part[0] == " ":
            raise _bad(path, "a part of it begins with a blank, or ends with a blank or a dot")
        if _RESERVED.fullmatch(part):
            raise _bad(path, "it has a part that Windows keeps for a device")
    for character in path:
        if character in _FORBIDDEN or unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}:
            raise _bad(path, f"it has the character U+{ord(character):04X}")
    if unicodedata.normalize("NFC", path) != path:
        raise _bad(path, "it is not in Unicode's normal form NFC")
    return path


def check_paths(paths: Iterable[str]) -> list[str]:
    """Several paths together, in the order of the manifest.

    Raises Invalid when there is none or too many, when two differ by letter case alone, or a file is also a folder.
    """
    found = [check_path(path) for path in paths]
    if not found:
        raise Invalid("A directory has at least one file. Name its files.", code="directory.empty", field="files")
    if len(found) > MOST_FILES:
        raise Invalid(
            f"The directory has {len(found):,} files; at most {MOST_FILES:,} are taken. Leave out what the model does "
            "not need, or pack small files together.",
            code="directory.too_many_files",
            field="files",
        )
    seen: dict[str, str] = {}
    for path in found:
        folded = path.casefold()
        if folded in seen:
            raise _bad(path, f"it collides with {seen[folded][:200]!r} where letter case does not count")
        seen[folded] = path
    for path in found:
        folders = path.casefold().split("/")
        for depth in range(1, len(folders)):
            if "/".join(folders[:depth]) in seen:
                raise _bad(path, f"{'/'.join(path.split('/')[:depth])[:200]!r} is a file already")
    return sorted(found)


def _bad(path: str, why: str) -> Invalid:
    return Invalid(
        f"The path {path[:200]!r} cannot be used: {why}. Send relative paths with slashes.",
        code="directory.bad_path",
        field="files",
    )
