"""The registry in the admin: to look at, to delete and restore, and to decide on access; all through services."""

from . import artifacts, datasets, models  # noqa: F401  register their pages
