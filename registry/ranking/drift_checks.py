"""Which drift checks make sense for a task: what of a model's data and answers is compared with the reference."""

from typing import Final

# Of every model: its inputs, how many rows came, and how much of them is missing.
_ALWAYS: Final = ("features", "volume", "missing_values")
_NUMBERS: Final = ("prediction_distribution", "residuals")
_CLASSES: Final = ("class_balance", "class_probabilities", "new_classes")
_BY_TASK: Final = {
    "regression": _NUMBERS,
    "forecasting": _NUMBERS,
    "binary_classification": _CLASSES,
    "multiclass_classification": _CLASSES,
    "ranking": ("prediction_distribution",),
    "clustering": ("class_balance", "new_classes"),
}


def offered_drift_checks(task: str) -> tuple[str, ...]:
    """Names of the checks that are usual for a task: those of every model, then those of its answers.

    >>> offered_drift_checks("regression")
    ('features', 'volume', 'missing_values', 'prediction_distribution', 'residuals')
    >>> offered_drift_checks("other")
    ('features', 'volume', 'missing_values')
    """
    return _ALWAYS + _BY_TASK.get(task, ())
