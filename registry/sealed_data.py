"""What of the registry is sealed under the ring."""

from modelops.crypto.classified import sensitive
from modelops.crypto.protected import protect
from modelops.crypto.purposes import Purpose

from .artifacts.sealed import context_of

protect(
    "registry.Artifact",
    "wrapped_key",
    purpose=Purpose.ARTIFACT,
    context=lambda artifact: context_of(artifact.pk),
    version_field="key_version",
)

sensitive("registry.Artifact.wrapped_key", "the key of a stored file")
sensitive("registry.ModelVersion.parameters", "parameters tell how a model was trained")
