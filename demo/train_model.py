"""Train the demo's model: will a flight arrive more than 15 minutes late, said before it leaves?

Usage: ``python demo/train_model.py``. A logistic regression in numpy alone, fitted on January 2013 and measured on
the days of January that it has not seen and on July. The same input gives the same coefficients: nothing is random.
Writes ``arrival-delay.safetensors`` (weights) and ``arrival-delay.json`` (features, parameters, metrics).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray
from safetensors.numpy import save

HERE = Path(__file__).parent
LATE_AFTER_MINUTES = 15  # the Bureau of Transportation Statistics counts an arrival as late from here on
EVERY_NTH_DAY_HELD_OUT = 4
L2 = 1.0
ITERATIONS = 25
NUMERIC = ["distance", "hour", "temp", "humid", "wind_speed", "precip", "visib"]
ORIGINS = ["EWR", "JFK"]  # against LGA
CARRIERS = ["9E", "AA", "B6", "DL", "EV", "FL", "MQ", "US", "VX", "WN"]  # against UA and the few others

Floats = NDArray[np.float64]


def load(name: str) -> dict[str, NDArray]:
    """The columns that the model needs, of flights that arrived and whose weather is known."""
    table = pq.read_table(HERE / name, columns=[*NUMERIC, "origin", "carrier", "day", "arr_delay"]).drop_null()
    text = {name: table[name].cast("string").to_numpy() for name in ("origin", "carrier")}
    numbers = {name: pc.cast(table[name], "float64").to_numpy() for name in [*NUMERIC, "day", "arr_delay"]}
    return text | numbers


def design(data: dict[str, NDArray], mean: Floats, scale: Floats) -> Floats:
    """The design matrix (n, 1 + features): a constant, standardised numbers, hour squared, origin and carrier."""
    numbers = (np.column_stack([data[name] for name in NUMERIC]) - mean) / scale
    hour = numbers[:, [NUMERIC.index("hour")]]
    flags = [data["origin"] == value for value in ORIGINS] + [data["carrier"] == value for value in CARRIERS]
    return np.hstack([np.ones((len(numbers), 1)), numbers, hour**2, np.column_stack(flags).astype(np.float64)])


def feature_names() -> list[str]:
    """Names of the columns of :func:`design`, in order."""
    return [
        "constant",
        *NUMERIC,
        "hour_squared",
        *(f"origin={value}" for value in ORIGINS),
        *(f"carrier={value}" for value in CARRIERS),
    ]


def probability(x: Floats, weights: Floats) -> Floats:
    """The probability of a late arrival, (n,)."""
    return 1.0 / (1.0 + np.exp(-(x @ weights)))


def fit(x: Floats, y: Floats) -> Floats:
    """Weights of the ridge-penalised logistic regression by Newton's method; the constant is not penalised."""
    penalty = np.full(x.shape[1], L2)
    penalty[0] = 0.0
    weights = np.zeros(x.shape[1])
    for _ in range(ITERATIONS):
        p = probability(x, weights)
        gradient = x.T @ (p - y) + penalty * weights
        hessian = (x * (p * (1 - p))[:, None]).T @ x + np.diag(penalty)
        weights = weights - np.linalg.solve(hessian, gradient)
    return weights


def auc(p: Floats, y: Floats) -> float:
    """Area under the ROC curve: the share of (late, punctual) pairs in the right order, ties counted half."""
    values, inverse, counts = np.unique(p, return_inverse=True, return_counts=True)
    mid_ranks = np.cumsum(counts) - (counts - 1) / 2
    late = y == 1
    n_late, n_punctual = int(late.sum()), int((~late).sum())
    assert len(values) > 1
    return float((mid_ranks[inverse][late].sum() - n_late * (n_late + 1) / 2) / (n_late * n_punctual))


def measure(p: Floats, y: Floats) -> dict[str, float | int]:
    """AUC, accuracy at one half, Brier score, the share that was late and the share that the model expected."""
    return {
        "rows": len(y),
        "auc": round(auc(p, y), 4),
        "accuracy": round(float(np.mean((p >= 0.5) == (y == 1))), 4),
        "brier": round(float(np.mean((p - y) ** 2)), 4),
        "late_share": round(float(y.mean()), 4),
        "predicted_late_share": round(float(p.mean()), 4),
    }


def main() -> None:
    """Train, measure, write both files."""
    january, july = load("flights-2013-01.parquet"), load("flights-2013-07.parquet")
    held_out = january["day"] % EVERY_NTH_DAY_HELD_OUT == 0
    numbers = np.column_stack([january[name] for name in NUMERIC])[~held_out]
    mean, scale = numbers.mean(axis=0), numbers.std(axis=0)
    x = design(january, mean, scale)
    y = (january["arr_delay"] > LATE_AFTER_MINUTES).astype(np.float64)
    weights = fit(x[~held_out], y[~held_out])
    july_y = (july["arr_delay"] > LATE_AFTER_MINUTES).astype(np.float64)
    samples = {
        "trained": (x[~held_out], y[~held_out]),
        "held_out": (x[held_out], y[held_out]),
        "july": (design(july, mean, scale), july_y),
    }
    metrics = {
        f"{sample}.{name}": value
        for sample, (rows, truth) in samples.items()
        for name, value in measure(probability(rows, weights), truth).items()
    }
    # Written from bytes so that no umask or temporary name decides what ends up in the file.
    (HERE / "arrival-delay.safetensors").write_bytes(
        save(
            {"weights": weights, "numeric_mean": mean, "numeric_scale": scale},
            metadata={"task": "binary_classification", "target": "arr_delay > 15"},
        )
    )
    card = {
        "name": "arrival-delay",
        "task_type": "binary_classification",
        "description": (
            "Probability that a flight from New York arrives more than 15 minutes late, said before departure. "
            "Logistic regression on schedule, carrier, airport and weather, trained on January 2013."
        ),
        "target": f"arr_delay > {LATE_AFTER_MINUTES}",
        "features": feature_names(),
        "parameters": {
            "algorithm": "logistic regression, Newton's method",
            "l2": L2,
            "iterations": ITERATIONS,
            "held_out": f"days of January divisible by {EVERY_NTH_DAY_HELD_OUT}",
            "threshold": 0.5,
        },
        "metrics": metrics,
    }
    (HERE / "arrival-delay.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(metrics, indent=2))


if __name__ == "__main__":
    main()
