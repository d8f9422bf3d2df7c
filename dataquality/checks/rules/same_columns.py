"""Columns and types that a table must have."""

from __future__ import annotations

from typing import ClassVar

from dataquality.dimensions import Dimension

from .base import Param, Rule, RuleFacts, Verdict, rules


@rules.register("columns")
class SameColumns(Rule):
    """The table has the columns of ``values``, each "name: type" with Arrow's type; others may be there too."""

    label: ClassVar[str] = "Has these columns"
    dimension: ClassVar[Dimension] = Dimension.CONSISTENCY
    params = {"values": Param("values", required=True)}
    columns_needed = (0, 0)

    def judge(self, facts: RuleFacts) -> Verdict:
        """Columns that are gone or have another type; their names are told, they are no data."""
        wanted = dict(str(line).rpartition(": ")[::2] for line in self.given["values"])
        gone = [name for name in wanted if name not in facts.profiles]
        other = [name for name, kind in wanted.items() if name not in gone and facts.profiles[name].type != kind]
        told = [f"{len(gone)} of {len(wanted)} columns are gone and {len(other)} have another type"]
        told += [f"first: {name}" for name in (gone + other)[:1]]
        return Verdict(len(gone) + len(other), len(wanted), "; ".join(told)[:400] + ".")
