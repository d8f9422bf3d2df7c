"""What the calls of these tests prove, against what `compliance/audit/coverage/proven.json` says they prove."""

import json
from typing import Any

from django.apps import apps

from compliance.audit.coverage.evidence import PROVEN
from compliance.audit.coverage.mapping import coverage_map

from .performing import Left


def models_told(left: Left) -> set[str]:
    """Labels of the models whose rows were written and told by an event of theirs."""
    names = {row.name for row in left.rows}
    tables = {model._meta.db_table: model._meta.label for model in apps.get_models(include_auto_created=True)}
    written = {tables[table] for table in left.tables if table in tables}
    return {
        one.name
        for one in coverage_map().models
        if one.name in written and names & {event.name for event in one.events}
    }


def says(part: str, area: str) -> set[str]:
    """What the file says is proven by ``area``."""
    found: dict[str, Any] = json.loads(PROVEN.read_text())
    return {name for name, by in found[part].items() if by == area}
