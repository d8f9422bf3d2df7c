"""The portal's web application before a view that does nothing."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.floor.guarded_settings"

from modelops.wsgi import application

__all__ = ["application"]
