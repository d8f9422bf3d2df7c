"""The portal's own settings with other paths."""

from modelops.settings import *  # noqa: F403  all of them

ROOT_URLCONF = "benchmarks.floor.guarded_urls"
