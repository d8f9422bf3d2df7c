"""The WSGI application that the web server runs."""

import os

from django.core.wsgi import get_wsgi_application

from modelops.rest.draining import draining
from modelops.web.headers import guarded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "modelops.settings")

application = guarded(draining(get_wsgi_application()))

from compliance.audit.sealing.separation import refuse_sealer_secrets  # noqa: E402  models are there only now
from modelops.sealed import tell_when_sealed  # noqa: E402

refuse_sealer_secrets()
tell_when_sealed()
