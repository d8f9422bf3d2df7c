"""Which names a pickle may use, and the version of the rules.

The version ends in a digest of the list and of the scanner's own code: any change of either is another rule set, and
what was scanned under an older one is scanned again.
"""

import hashlib
import json
from functools import cache
from pathlib import Path

CLASS, FUNCTION, VALUE = "class", "function", "value"
_HERE = Path(__file__).parent
_SERIES = 1


@cache
def allowed() -> dict[tuple[str, str], str]:
    """(module, name) → how it may be used.

    A ``class`` may be made without arguments and be filled, a ``function`` (or class) may be called, a ``value`` may
    only be referred to.
    """
    table = json.loads((_HERE / "allowed.json").read_text())
    found: dict[tuple[str, str], str] = {}
    for use, key in ((VALUE, "values"), (CLASS, "classes"), (FUNCTION, "functions")):
        for module, names in table[key].items():
            found.update(((module, name), use) for name in names)
    return found


def _version() -> str:
    digest = hashlib.sha256()
    for file in sorted([*_HERE.glob("*.py"), _HERE / "allowed.json"]):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return f"{_SERIES}.{digest.hexdigest()[:12]}"


RULES = _version()
