"""Django with an empty view and one that writes a file; no middleware, no database, no key."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.floor.bare_settings"

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
