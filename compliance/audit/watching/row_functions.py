"""The function behind the triggers of one watched table: one changed row is put into words without a detour.

`audit_watch_rows` (in the migrations) knows no table: it reads each row as JSON and takes its columns one after the
other. This one has the columns of its table written into it, and hands whatever is more than one row, or none, to the
body of the other. The words are the same, letter for letter.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Final

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from .tables import Watched

# Their texts have nothing in them that JSON would escape.
_PLAIN: Final = ("boolean", "smallint", "integer")
_DATED: Final = ("date", "timestamp with time zone")
_TEXTS: Final = ("text", "character varying")
# PostgreSQL takes 100 arguments at most.
_ARGUMENTS: Final = 90

_BODY: Final = SQL(
    """
DECLARE
    listed text;
    whose text;
    about text[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        {insert};
        IF FOUND THEN
            RETURN NULL;
        END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        {update};
        IF FOUND THEN
            IF listed <> '' THEN
                {told};
            END IF;
            RETURN NULL;
        END IF;
    ELSE
        {delete};
        IF FOUND THEN
            RETURN NULL;
        END IF;
    END IF;
    {several};
END
"""
)
_TOLD: Final = SQL(
    "INSERT INTO audit_watching_pending (transaction, model, counts, about, operation, count, rows)"
    " SELECT pg_current_xact_id()::text::bigint, {label}, {counts}::text[], {about}, {operation}, 1,"
    """ '[{{"changes":{{' || substr({listed}, 2) || '}},"id":' || coalesce({whose}, 'null') || '}}]'"""
)
_ONE: Final = SQL("NOT EXISTS (SELECT FROM {rows} OFFSET 1)")


def body(watched: Watched, types: Mapping[str, str], several: str) -> str:
    """The text of the function. ``several`` is the body of `audit_watch_rows`.

    ``types`` are the columns that the table has: after `migrate APP`, forwards or back, one may not be there.
    """
    parts = {name: _single(watched, types, name) for name in ("insert", "update", "delete")}
    told = _told(watched, "update", SQL("listed"), SQL("whose"), SQL("about"))
    return _BODY.format(**parts, told=told, several=SQL(several.strip())).as_string()


def create(name: str, text: str, schema: str) -> Composed:
    """The statement that makes the function or gives it another body."""
    return SQL(
        "CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
        " SET search_path = pg_catalog, {schema}, pg_temp AS {text}"
    ).format(name=Identifier(schema, name), schema=Identifier(schema), text=Literal(text))


def _single(watched: Watched, types: Mapping[str, str], operation: str) -> Composed:
    """What tells of one row: from the only one of ``new_rows`` or ``old_rows``, or from both."""
    was = "o" if operation != "insert" else ""
    becomes = "n" if operation != "delete" else ""
    here = becomes or was
    names = sorted(name for name in (*watched.shown, *watched.masked) if name in types)
    listed = _joined(
        _changed(name, types[name], was, becomes)
        if name in watched.shown
        else _touched(name, types[name], was, becomes)
        for name in names
        if name in watched.shown or (was and becomes)
    )
    whose = SQL("to_json({}::text)::text").format(Identifier(here, watched.key))
    sides = [side for side in (was, becomes) if side]
    kept = [Identifier(side, parent) for parent in watched.parents if parent in types for side in sides]
    about = SQL("ARRAY[{}]").format(
        SQL(", ").join(SQL("{}::text").format(each) for each in [Identifier(here, watched.key), *kept])
    )
    if was and becomes:
        return SQL(
            "SELECT {listed}, {whose}, {about} INTO listed, whose, about"
            " FROM (SELECT * FROM old_rows LIMIT 1) o, (SELECT * FROM new_rows LIMIT 1) n WHERE {one} AND {same}"
        ).format(
            listed=listed,
            whose=whose,
            about=about,
            one=_ONE.format(rows=SQL("new_rows")),
            same=SQL("{} = {}").format(Identifier("o", watched.key), Identifier("n", watched.key)),
        )
    rows = SQL("new_rows" if becomes else "old_rows")
    told = _told(watched, operation, listed, whose, about)
    return told + SQL(" FROM {rows} {alias} WHERE {one}").format(rows=rows, alias=SQL(here), one=_ONE.format(rows=rows))


def _told(watched: Watched, operation: str, listed: Composable, whose: Composable, about: Composable) -> Composed:
    return _TOLD.format(
        label=Literal(watched.label),
        counts=Literal("{" + ",".join(watched.counts) + "}"),
        about=about,
        operation=Literal(operation),
        listed=listed,
        whose=whose,
    )


def _changed(name: str, kind: str, was: str, becomes: str) -> Composable:
    """A column with its values before and after, or null where they are the same."""
    label = f",{json.dumps(name, ensure_ascii=False)}:["
    if not was:
        return SQL("{} || {} || ']'").format(Literal(label + "null,"), _value(Identifier(becomes, name), kind))
    if not becomes:
        return SQL("{} || {} || ',null]'").format(Literal(label), _value(Identifier(was, name), kind))
    return SQL(
        "CASE WHEN {differs} THEN {label} || coalesce({before}, 'null') || ',' || coalesce({after}, 'null') || ']' END"
    ).format(
        differs=_differs(Identifier(was, name), Identifier(becomes, name), kind),
        label=Literal(label),
        before=_value(Identifier(was, name), kind),
        after=_value(Identifier(becomes, name), kind),
    )


def _touched(name: str, kind: str, was: str, becomes: str) -> Composable:
    """A column whose values are not shown, or null where they are the same."""
    said = f',{json.dumps(name, ensure_ascii=False)}:"changed"'
    differs = _differs(Identifier(was, name), Identifier(becomes, name), kind)
    return SQL("CASE WHEN {differs} THEN {said} END").format(differs=differs, said=Literal(said))


def _value(column: Identifier, kind: str) -> Composable:
    """The words of a value as `audit_watch_value` has them; null for null."""
    if kind in _PLAIN:
        return SQL("{}::text").format(column)
    if kind == "uuid":
        return SQL("""'"' || {}::text || '"'""").format(column)
    if kind in _DATED:
        return SQL("to_json({})::text").format(column)
    if kind in _TEXTS:
        return SQL("to_json(left({}::text, 200))::text").format(column)
    return SQL("nullif(audit_watch_value(to_jsonb({})), 'null')").format(column)


def _differs(before: Identifier, after: Identifier, kind: str) -> Composable:
    if kind in _TEXTS:  # whatever the column's collation takes for equal
        return SQL('{} COLLATE "C" IS DISTINCT FROM {} COLLATE "C"').format(before, after)
    if kind in (*_PLAIN, *_DATED, "uuid", "bytea"):
        return SQL("{} IS DISTINCT FROM {}").format(before, after)
    return SQL("coalesce(to_jsonb({}), 'null') <> coalesce(to_jsonb({}), 'null')").format(before, after)


def _joined(parts: Iterable[Composable]) -> Composed:
    """All that are not null, one behind the other."""
    found = list(parts) or [Literal("")]
    some = [found[start : start + _ARGUMENTS] for start in range(0, len(found), _ARGUMENTS)]
    return SQL("concat({})").format(
        SQL(", ").join(
            SQL("concat({})").format(SQL(", ").join(each)) if len(some) > 1 else SQL(", ").join(each) for each in some
        )
    )
