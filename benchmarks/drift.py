"""The exact two-sample Kolmogorov-Smirnov test of one column, beside SciPy's."""

import os

import numpy as np

from .table import Table, in_turns


def measure(*, quick: bool = False) -> Table:
    """Values compared per CPU second, for a reference and a current column of a million values each."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "modelops.settings")
    from scipy import stats

    from monitoring.drift.statistics.ks import KolmogorovSmirnov

    size, rounds = (20_000, 1) if quick else (1_000_000, 5)
    random = np.random.default_rng(2013)
    reference, current = random.normal(0, 1, size), random.normal(0.01, 1, size)
    ours = KolmogorovSmirnov()
    work = {
        "portal": lambda: ours.compare(reference, current),
        "scipy.stats.ks_2samp": lambda: stats.ks_2samp(reference, current),
        "sorting the current column (limit)": lambda: np.sort(current),
    }
    return Table("Two-sample Kolmogorov-Smirnov", "values per CPU second", "portal", in_turns(work, 2 * size, rounds))
