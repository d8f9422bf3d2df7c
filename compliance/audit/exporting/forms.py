"""The forms of an export: lines of a file for rows, by kind."""

import csv
import io
import json
import re
from collections.abc import Iterable
from typing import Any, Final

from modelops.lib.errors import Invalid

from ..canonical import canonical_json
from ..vocabulary.rendering import one_line
from ..vocabulary.words import sentence_of

MEDIA: Final = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "ocsf": "application/x-ndjson",
    "ecs": "application/x-ndjson",
}
LABELS: Final = {
    "jsonl": "JSON lines with proofs (for verify_audit.py)",
    "csv": "CSV",
    "ocsf": "OCSF 1.8 as JSON lines",
    "ecs": "ECS 8.17 as JSON lines",
}
COLUMNS: Final = (
    "index", "id", "at", "category", "action", "sentence", "outcome", "actor_kind", "actor_ref", "via", "target_type",
    "target_id", "target_label", "request", "network", "origin", "personal", "details", "v",
)  # fmt: skip
# What a spreadsheet takes for a formula at the beginning of a cell.
_FORMULA: Final = ("=", "+", "-", "@")
# A row is a line: what str.splitlines and editors break at.
_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


def require_form(form: str, known: Iterable[str]) -> None:
    """Raise Invalid for a form that is none of ``known``."""
    if form not in known:
        raise Invalid(
            f"There is no form {form[:40]!r}; use one of {', '.join(known)}.", code="export.unknown_form", field="form"
        )


def suffix(form: str) -> str:
    """How a file of the form ends."""
    return {"csv": "csv", "jsonl": "jsonl"}.get(form, f"{form}.jsonl")


def proven_line(index: int, text: str, proof: list[str] | None) -> str:
    """A row as it is hashed, letter for letter, with its place and, where not every row is there, its proof."""
    inner = "" if proof is None else f'"proof":{json.dumps(proof, separators=(",", ":"))},'
    return f'{{"index":{index},{inner}"event":{text}}}\n'


def purged_line(index: int, month: str, leaf: str) -> str:
    """In the place of a row that was purged with its month: the hash that the tree keeps of it."""
    return f'{{"index":{index},"purged":"{month}","hash":"{leaf}"}}\n'


def other_line(form: str, index: int, text: str) -> str:
    """A row in a form that others read."""
    leaf = json.loads(text)
    if form == "csv":
        return csv_line([index, *_cells(leaf)])
    return one_line(form, leaf, index) + "\n"


def gone_line(form: str, first: int, last: int, count: int, purged: int = 0) -> str:
    """Before the end of a form that cannot hold an empty row: sealed rows that the database no longer has.

    ``purged`` of them went when their time was over.
    """
    told = {"count": count, "first": first, "last": last}
    line = canonical_json({"gone": {**told, "purged": purged} if purged else told})
    return f"# {line}\n" if form == "csv" else f"{line}\n"


def end_line(form: str, rows: int, digest: bytes, signature: str) -> str:
    """The last line: how many rows were before it, their digest, and the note that signs both."""
    line = canonical_json({"end": {"digest": digest.hex(), "rows": rows, "signature": signature}})
    return f"# {line}\n" if form == "csv" else f"{line}\n"


def csv_line(cells: Any) -> str:
    """One line of CSV (RFC 4180) in which no spreadsheet finds a formula."""
    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerow([_harmless(cell) for cell in cells])
    return target.getvalue()


def _harmless(cell: Any) -> Any:
    """The text on one line, with an apostrophe before it where a spreadsheet would compute it."""
    text = "" if cell is None else _BREAKS.sub(" ", str(cell))
    return f"'{text}" if text.startswith(_FORMULA) else text


def _cells(leaf: dict[str, Any]) -> list[Any]:
    actor, target = leaf["actor"], leaf["target"]
    return [
        leaf["id"], leaf["at"], leaf["category"], leaf["action"], sentence_of(leaf), leaf["outcome"], actor["kind"],
        actor["ref"], actor["via"], target["type"], target["id"], target["label"], leaf["request"], leaf["network"],
        leaf["origin"], leaf["personal"], canonical_json(leaf["details"]), leaf["v"],
    ]  # fmt: skip
