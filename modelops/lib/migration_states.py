"""Migrating without building models anew that an operation does not touch.

Between two operations Django keeps a class for every model of the state. After each one it builds those classes anew
that are related to the changed model, and those related to these: here nearly all, each time. The statements of an
operation follow from its own model and from the tables, keys and types that this one points to, so one class is
enough. Django itself stops early for some operations ("delayed" models) and has the remedy: what may look at any model
(`RunPython`) gets every class from the state, which is Django's own and always whole.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ProjectState

# Each operation leaves thousands of objects that know each other, and a search for them goes through all that stay.
_THRESHOLDS = (100_000, 50, 100)


@contextmanager
def one_class_at_a_time() -> Iterator[None]:
    """Within, a change of a model builds its class alone, unless others have to know of the change."""
    thresholds = gc.get_threshold()
    djangos = {name: getattr(ProjectState, name) for name in ("add_model", "add_field", "remove_field")}
    ours = {name: _alone(change) for name, change in djangos.items()} | {"_find_reload_model": _to_build}
    djangos["_find_reload_model"] = ProjectState._find_reload_model  # type: ignore[attr-defined]
    gc.set_threshold(*_THRESHOLDS)
    try:
        for name, method in ours.items():
            setattr(ProjectState, name, method)
        yield
    finally:
        for name, method in djangos.items():
            setattr(ProjectState, name, method)
        gc.set_threshold(*thresholds)


def _alone(change: Callable[..., None]) -> Callable[..., None]:
    """A change after which others point to the model as before: it is new, or a column of its own comes or goes."""

    def changed(self: Any, *args: Any, **kwargs: Any) -> None:
        apps = self.__dict__.pop("apps", None)
        change(self, *args, **kwargs)  # of the state; without classes there are none to build
        if apps is not None:
            self.apps = apps
            key = args[:2] if isinstance(args[0], str) else (args[0].app_label, args[0].name_lower)
            self.reload_model(*key, delay=True)

    return changed


def _to_build(self: Any, app_label: str, model_name: str, delay: bool = False) -> set[tuple[str, str]]:
    """Which classes to build: one, or all when others point to what has changed."""
    if delay and not any(isinstance(base, str) for state in self.models.values() for base in state.bases):
        self.is_delayed = True
        return {(app_label, model_name)}
    del self.apps  # they are built from the state when they are asked for, which is at once
    self.is_delayed = False
    return set()
