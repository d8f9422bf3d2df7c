"""Reports of scans that somebody's CI ran: what ``pip-audit --format json`` writes."""

import json
from dataclasses import dataclass

from modelops.lib.errors import Invalid


@dataclass(frozen=True, slots=True)
class Scan:
    """How many packages it looked at, and how many of them it called vulnerable."""

    packages: int
    vulnerable: int


def read_scan(content: bytes) -> Scan:
    """Raises Invalid for anything else, and for a report of nothing: that a scan ran must not be claimed by it."""
    try:
        packages = json.loads(content)["dependencies"]
        looked = [one for one in packages if isinstance(one["name"], str) and "version" in one]
        vulnerable = sum(bool(one["vulns"]) for one in looked)
    except (ValueError, KeyError, TypeError, UnicodeDecodeError, RecursionError):
        raise Invalid(
            "The file is no report of pip-audit as JSON. Make one: pip-audit --format json --output FILE",
            code="scan.unreadable",
            field="file",
        ) from None
    if not looked:
        raise Invalid("The report looked at no package.", code="scan.empty", field="file")
    return Scan(len(looked), vulnerable)
