"""The WSGI application that the web server runs."""

import os

from django.conf import settings

from modelops.rest.draining import draining
from modelops.web.by_thread import keep_by_thread
from modelops.web.even_load import with_even_load
from modelops.web.handler import handler
from modelops.web.headers import guarded
from modelops.web.large_pages import use_large_pages
from modelops.web.own_core import on_own_core

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "modelops.settings")

application = draining(handler())
if settings.MODELOPS_OWN_CORES:
    application = on_own_core(application)
application = with_even_load(guarded(application))

from compliance.audit.sealing.separation import refuse_sealer_secrets  # noqa: E402  models are there only now
from modelops.sealed import tell_when_sealed  # noqa: E402

refuse_sealer_secrets()
tell_when_sealed()
keep_by_thread()
use_large_pages()
