"""Rules over series: which series there are, when a rule fires, and the look that does it by the clock."""

from . import kinds  # noqa: F401  each class registers its kind of series
