"""The WSGI application that the web server runs."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "modelops.settings")

application = get_wsgi_application()

from modelops.sealed import tell_when_sealed  # noqa: E402  models are there only now

tell_when_sealed()
