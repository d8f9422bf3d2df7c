"""What of monitoring is sealed under the ring."""

from modelops.crypto.protected import protect
from modelops.crypto.purposes import Purpose

from .alerts.services.receivers import seal_context

protect("monitoring.AlertChannel", "sealed_config", purpose=Purpose.FIELD, context=seal_context)
