"""Where versions come from and what was made of data: both ways, as far as one may know of it."""

from .related import missing_origin, newest_models, trained_models, trained_on

__all__ = ["missing_origin", "newest_models", "trained_models", "trained_on"]
