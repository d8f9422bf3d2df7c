"""Objects that somebody else put into a place: looked at and read as they are, never written."""

from abc import ABC, abstractmethod
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlainObject:
    """One object. Its ``tag`` changes with its content: what is read under the tag is one state of the object."""

    key: str
    size: int
    tag: str


class PlainObjects(ABC):
    """A place that holds objects under keys of its owner's. Keys are checked before they come here."""

    @abstractmethod
    def look_at(self, key: str) -> PlainObject:
        """The object as it is now. Raises FileMissing or StorageUnavailable."""

    @abstractmethod
    def read_at(self, found: PlainObject, start: int, end: int) -> bytes:
        """The bytes of a range. Raises Conflict when the object has changed since, FileMissing, StorageUnavailable."""

    @abstractmethod
    def below(self, prefix: str, most: int) -> list[PlainObject]:
        """Up to ``most`` objects whose keys begin with the folder ``prefix``; "" for all."""
