"""What a rotation of a purpose has to move, found from the declarations and the field types."""

from modelops.crypto.discovery import encrypted_tables, indexed_tables
from modelops.crypto.protected import sealed_fields
from modelops.crypto.purposes import Purpose

from .base import Move
from .columns import Recolumn
from .indexes import Reindex
from .reseal import Reseal


def moves_of(purpose: Purpose) -> list[Move]:
    """The steps of a rotation, one a table or field. Empty where everything runs out by itself."""
    moves: list[Move] = [Reseal(field) for field in sealed_fields(purpose) if not field.runs_out]
    if purpose == Purpose.COLUMN:
        moves += [Recolumn(table) for table in encrypted_tables()]
    if purpose == Purpose.BLIND_INDEX:
        moves += [Reindex(table, field) for table in indexed_tables() for field in table.fields]
    return moves
