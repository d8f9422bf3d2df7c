"""What the database saw change of an object in this transaction, told by the row that is written about the object.

The row takes the changes in the statement that inserts it: asking for them before would be one more way to the
database for every row.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from .canonical import canonical_json
from .watching.declarations import watches

NAME: Final = "diff"

# The texts of the changes are canonical JSON already (see the functions of `watching`); so is what this puts together.
# Parameters: see `details_and_changes`. Each change is given once: a second row about the object does not repeat it.
DETAILS: Final = f"""overlay(%s::text PLACING coalesce((
    SELECT %s::text || '"{NAME}":[' || string_agg(
        '{{"count":' || count || ',"model":' || to_json(model) || ',"operation":' || to_json(operation)
            || ',"rows":' || rows || '}}', ',') || ']' || %s::text
    FROM audit_watch_take(%s::text, %s::text)), '') FROM %s::integer FOR 0)"""  # noqa: S608 (no value of anybody's)


def details_and_changes(target_type: str, target_id: str, details: Mapping[str, Any]) -> list[Any]:
    """The parameters of `DETAILS` for a row about an object; the details alone where it is of no watched kind.

    The changes come under ``diff``, in the place that it has among the keys of ``details`` in canonical JSON.
    """
    if target_type not in _watched_types():
        return [canonical_json(details)]
    before = {name: said for name, said in details.items() if name < NAME}
    has_after = len(before) < len(details)
    head = canonical_json(before)
    # Behind the last of the former, or behind the brace; SQL counts from one.
    place = len(head) + (1 if before and has_after else 0)
    comma_before, comma_after = "," if before and not has_after else "", "," if has_after else ""
    return [canonical_json(details), comma_before, comma_after, target_type, target_id, place]


@lru_cache(maxsize=1)
def _watched_types() -> frozenset[str]:
    return frozenset(label.lower() for label in watches)
