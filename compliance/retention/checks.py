"""The system check behind the completeness of data classes."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, register

from modelops.lib.errors import Invalid

from .classes import Governed, Lifecycle, classes
from .data_classes import data_class
from .regimes import LEAST_DAYS, unknown_regimes

OWN = ("accounts", "compliance", "dataquality", "modelops", "monitoring", "registry")


def own_models() -> set[str]:
    """Labels of all models of the portal's own apps."""
    return {
        model._meta.label
        for config in apps.get_app_configs()
        if config.name.split(".")[0] in OWN
        for model in config.get_models()
    }


def find_faults(models: set[str], covered: Iterable[str]) -> list[CheckMessage]:
    """What is wrong when ``covered`` lists the models of all classes, one after the other."""
    times = Counter(covered)
    faults: list[CheckMessage] = []
    for label in sorted(models - times.keys()):
        faults.append(
            Error(
                f"{label} belongs to no data class, so nothing says how long it is kept.",
                hint="Add it to a class in the app's lifecycle.py, with a handler or the reason why it is kept.",
                id="modelops.E010",
            )
        )
    for label in sorted(times.keys() - models):
        faults.append(Error(f"A data class covers {label}, which does not exist.", id="modelops.E011"))
    for label in sorted(label for label, count in times.items() if count > 1):
        faults.append(Error(f"{label} belongs to {times[label]} data classes; one decides.", id="modelops.E012"))
    return faults


def find_unknown_policies(governed: Iterable[tuple[str, type[Lifecycle]]]) -> list[CheckMessage]:
    """Classes that name a policy which nobody declared."""
    faults: list[CheckMessage] = []
    for key, cls in governed:
        if not issubclass(cls, Governed):
            continue
        try:
            data_class(cls.policy)
        except Invalid as refusal:
            faults.append(
                Error(
                    f"The data class {key} has no policy: {refusal}",
                    hint="Name one of compliance/retention/data_classes.py in `policy`, or declare it there.",
                    id="modelops.E015",
                )
            )
    return faults


def find_unknown_regimes() -> list[CheckMessage]:
    """Regimes that the deployment names and nobody knows: whoever believes in one would keep less than it asks for."""
    return [
        Error(
            f"MODELOPS_REGIMES names {name!r}.",
            hint=f"Known are {', '.join(LEAST_DAYS)}, parted by commas.",
            id="modelops.E017",
        )
        for name in unknown_regimes()
    ]


@register()
def check_data_classes(app_configs: Iterable[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Every model of the portal belongs to exactly one data class, and each class that names a policy has one."""
    faults = find_faults(own_models(), (label for _, cls in classes.items() for label in cls.covers))
    return faults + find_unknown_policies(classes.items()) + find_unknown_regimes()
