"""What is derived once per object, without the lock that Python's own cached property shared by all objects until 3.12.

That lock is one for each property of a class: a thread that derives it for one object holds up all others that derive
it for theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")


class once(Generic[T]):  # noqa: N801 - a decorator
    """A property that is computed at its first use and then kept in the object's own dictionary.

    Two threads with the same object may both compute it: for what is the same each time.
    """

    def __init__(self, derive: Callable[[Any], T]) -> None:
        self._derive = derive
        self._name = derive.__name__
        self.__doc__ = derive.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type) -> T: ...

    def __get__(self, instance: object | None, owner: type) -> T | Self:
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._derive(instance)
        return value
