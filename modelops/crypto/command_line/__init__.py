"""Actions of ``manage.py keys``: one module each, with NAME, HELP, ``add_arguments(parser)`` and ``run(options, out)``.

Apps above add theirs in a package ``key_commands``. ``run`` raises DomainError for what it refuses; ``out(text)``
prints a line. What returns a number other than None or 0 ends the command with that exit code.
"""

import importlib
import importlib.util
import pkgutil
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from typing import Any, Protocol, cast

from django.apps import apps

Out = Callable[[str], object]
Options = Mapping[str, Any]


class Action(Protocol):
    """What a module of this package offers."""

    NAME: str
    HELP: str

    def add_arguments(self, parser: ArgumentParser) -> None: ...
    def run(self, options: Options, out: Out) -> int | None: ...


def actions() -> dict[str, Action]:
    """Every action by name, in alphabetical order."""
    found: dict[str, Action] = {}
    packages = [__name__]
    for config in apps.get_app_configs():
        path = f"{config.name}.key_commands"
        if importlib.util.find_spec(path) is not None:
            packages.append(path)
    for path in packages:
        for module in pkgutil.iter_modules(importlib.import_module(path).__path__):
            action = importlib.import_module(f"{path}.{module.name}")
            if hasattr(action, "NAME"):
                found[action.NAME] = cast(Action, action)
    return dict(sorted(found.items()))
