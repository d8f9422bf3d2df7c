"""Modules that are loaded when something of them is first used.

Every process of the portal imports every app: the web, the workers, the clock and each command. Libraries that only
some of the work needs would cost all of them half of their start.
"""

from importlib import import_module
from types import ModuleType
from typing import Any


class _Late(ModuleType):
    """Stands for a module until it is used; what was looked up once is kept."""

    def __getattr__(self, name: str) -> Any:
        value = getattr(import_module(self.__name__), name)
        setattr(self, name, value)
        return value


def late(name: str) -> Any:
    """The module ``name`` from outside the portal, loaded at its first use. Our own are imported, so that tools see it.

    Raises ImportError, at the first use, for one that is not there.
    """
    return _Late(name)
