"""One strict registry for everything that has kinds: checks, channels, statistics, providers."""

import importlib
import importlib.util
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class UnknownPlugin(LookupError):
    """No class is registered under the key; the message names the known ones."""


class Plugins(Generic[T]):
    """Classes of one kind by key. Rows store the key, never a Python path.

    >>> class Shape: ...
    >>> shapes = Plugins("shape", Shape)
    >>> @shapes.register("circle")
    ... class Circle(Shape): ...
    >>> shapes.get("circle") is Circle
    True
    """

    def __init__(self, what: str, base: type[T]) -> None:
        self.what = what
        self.base = base
        self._classes: dict[str, type[T]] = {}

    def register(self, key: str) -> Callable[[type[T]], type[T]]:
        """Class decorator; refuses a class of another base and a second class for a key."""

        def add(cls: type[T]) -> type[T]:
            if not (isinstance(cls, type) and issubclass(cls, self.base)):
                raise TypeError(f"{cls!r} is no {self.base.__name__}, so it cannot be a {self.what}.")
            present = self._classes.get(key)
            if present is not None and present is not cls:
                raise ValueError(f"The {self.what} {key!r} is {present.__qualname__} already.")
            self._classes[key] = cls
            return cls

        return add

    def get(self, key: str) -> type[T]:
        """The class under ``key``; raises UnknownPlugin with the known keys."""
        try:
            return self._classes[key]
        except KeyError:
            known = ", ".join(sorted(self._classes)) or "none"
            raise UnknownPlugin(f"There is no {self.what} {key!r}; known: {known}.") from None

    def keys(self) -> list[str]:
        """All keys in alphabetical order."""
        return sorted(self._classes)

    def items(self) -> Iterator[tuple[str, type[T]]]:
        """Key and class in alphabetical order of the keys."""
        for key in self.keys():
            yield key, self._classes[key]

    def __contains__(self, key: str) -> bool:
        return key in self._classes


def load_modules(name: str) -> list[str]:
    """Import ``<app>.<name>`` of every installed app that has one; returns what was imported.

    Only a missing module is passed over: an error inside one stops the start, so that no app drops out silently.
    """
    from django.apps import apps

    found = []
    for config in apps.get_app_configs():
        path = f"{config.name}.{name}"
        if importlib.util.find_spec(path) is not None:
            importlib.import_module(path)
            found.append(path)
    return found
