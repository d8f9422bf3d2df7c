"""What every table format can do."""

import base64
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, ClassVar

import pyarrow as pa

from modelops.lib.errors import Invalid
from modelops.lib.plugins import Plugins

BATCH_ROWS = 65_536
BLOCK_BYTES = 4 * 1024 * 1024
NAME_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its Arrow type as text, and how many of its cells hold nothing.

    ``personal`` is what its name and first values seem to say about people, "" for nothing.
    """

    name: str
    type: str
    nulls: int
    personal: str = ""

    def as_dict(self) -> dict[str, Any]:
        """As a version keeps it; what is empty is left out."""
        kept = {"name": self.name, "type": self.type, "nulls": self.nulls}
        return {**kept, "personal": self.personal} if self.personal else kept


@dataclass(frozen=True, slots=True)
class Survey:
    """What one look over a whole file has shown."""

    file_format: str
    rows: int
    columns: list[Column]
    reading: dict[str, Any]


class TableFormat(ABC):
    """Reads one kind of file. ``file`` is always a seekable binary file of plaintext."""

    label: ClassVar[str]

    @abstractmethod
    def recognises(self, head: bytes, tail: bytes) -> bool:
        """Whether a file that begins and ends like this is of this format."""

    @abstractmethod
    def inspect(self, file: BinaryIO) -> dict[str, Any]:
        """How to read the file: JSON with ``arrow_schema`` and what else the format needs. Raises Invalid."""

    def glimpse(self, file: BinaryIO) -> dict[str, Any] | None:
        """What `inspect` gives if the file goes on as it begins, without reading on; None where that cannot be told.

        Where reading by it succeeds, `inspect` gives the same.
        """
        return None

    def expect(self, file: BinaryIO) -> tuple[dict[str, Any], int] | None:
        """How to read the file and how many rows it has, without reading them; None where that cannot be told.

        Both may turn out wrong, and whoever reads all rows sees it: where none fails and as many come, they are what
        `inspect` and counting give. Raises Invalid.
        """
        return None

    @abstractmethod
    def batches(
        self, file: BinaryIO, reading: Mapping[str, Any], columns: list[str] | None = None
    ) -> Iterator[pa.RecordBatch]:
        """The rows of ``columns`` (all of them for None), in the order of the file. Raises Invalid."""

    def repaired(self, reading: Mapping[str, Any], refusal: Invalid) -> dict[str, Any] | None:
        """Another way to read a file that ``reading`` failed on with ``refusal``; None when there is none."""
        return None


table_formats: Plugins[TableFormat] = Plugins("table format", TableFormat)


def pack_schema(schema: pa.Schema) -> str:
    """The schema as text that a JSON column can hold."""
    return base64.b64encode(schema.remove_metadata().serialize().to_pybytes()).decode("ascii")


def unpack_schema(text: str) -> pa.Schema:
    """What `pack_schema` was given."""
    return pa.ipc.read_schema(pa.py_buffer(base64.b64decode(text)))


def check_names(names: list[str]) -> None:
    """Refuse names that cannot tell columns apart. Raises Invalid with the place."""
    seen: dict[str, int] = {}
    for place, name in enumerate(names, start=1):
        if not name.strip():
            raise Invalid(
                f"Column {place} of {len(names)} has no name. Name every column in the first row, then upload again.",
                code="dataset.blank_column_name",
                field="file",
            )
        if "\x00" in name:
            raise Invalid(
                f"The name of column {place} holds a NUL character. Name the column in plain text, then upload again.",
                code="dataset.column_name_invalid",
                field="file",
            )
        if len(name) > NAME_LENGTH:
            raise Invalid(
                f"The name of column {place} has {len(name)} characters; at most {NAME_LENGTH} are taken. Is the first "
                "row a header?",
                code="dataset.column_name_too_long",
                field="file",
            )
        if name in seen:
            raise Invalid(
                f"Columns {seen[name]} and {place} are both named {name!r}. Give every column a name of its own.",
                code="dataset.duplicate_column_name",
                field="file",
            )
        seen[name] = place


def unreadable(what: str) -> Invalid:
    """The refusal for a file that begins like its format and then is not."""
    return Invalid(
        f"The file cannot be read as {what}. It may be cut off or damaged; write it again and upload that.",
        code="dataset.unreadable",
        field="file",
    )
