"""The WSGI application that the web server runs."""

import os

from django.core.wsgi import get_wsgi_application

from modelops.rest.draining import draining

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "modelops.settings")

application = draining(get_wsgi_application())

from modelops.sealed import tell_when_sealed  # noqa: E402  models are there only now

tell_when_sealed()
