"""What of passkeys is sealed under the ring."""

from modelops.crypto.protected import protect
from modelops.crypto.purposes import Purpose

from .models import Passkey

protect("passkeys.Passkey", "sealed_credential", purpose=Purpose.FIELD, context=Passkey.seal_context)
