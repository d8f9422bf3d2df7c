"""What of monitoring is sealed under the ring."""

from modelops.crypto.classified import sensitive
from modelops.crypto.protected import protect
from modelops.crypto.purposes import Purpose

from .alerts.services.receivers import seal_context

protect("monitoring.AlertChannel", "sealed_config", purpose=Purpose.FIELD, context=seal_context)

sensitive("monitoring.AlertChannel.sealed_config", "settings of receivers")
sensitive("monitoring.DriftFeature.profile", "values of the data")
sensitive("monitors.RunSegment.value", "a value of the data")
