"""What the kill test does inside the portal, each in a process of its own: set it up, and look what is left."""

import sys
from pathlib import Path

import django


def say(*words: object) -> None:
    """Tell the test."""
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")


def setup() -> None:
    """Tables, keys, a data scientist with a model; prints an API key."""
    from django.core.management import call_command

    from accounts.actors import actor_of
    from accounts.services.api_keys import issue_api_key
    from modelops.crypto.services import create_first_keys
    from tests.accounts.people import make_user
    from tests.registry.samples import make_model

    call_command("migrate", verbosity=0)
    create_first_keys()
    user = make_user("scientist", "Data scientist")
    make_model(user)
    say(issue_api_key(user, name="test", scopes=["all"], days=1, actor=actor_of(user))[1])


def check() -> None:
    """Sweep, then compare rows with files, open every file, and print what was found."""
    from django.conf import settings

    from registry.artifacts import verify_artifact
    from registry.artifacts.sweep import sweep
    from registry.models import Artifact, ModelVersion
    from registry.uploads.models import UploadPart

    sweep(quiet_for_s=0)
    root = Path(settings.MODELOPS_HOME) / "artifacts"
    files = {path.name for path in root.rglob("*") if path.is_file()}
    rows = set(Artifact.objects.values_list("storage_name", flat=True))
    parts = set(UploadPart.objects.values_list("storage_name", flat=True))
    say("files without a row:", len(files - rows - parts))
    say("rows without a file:", len((rows | parts) - files))
    say("sound:", all(verify_artifact(artifact).is_sound for artifact in Artifact.objects.all()))
    say("versions:", *ModelVersion.objects.order_by("number").values_list("number", flat=True))
    say("digests:", len(set(Artifact.objects.values_list("sha256", flat=True))))


if __name__ == "__main__":
    django.setup()
    {"setup": setup, "check": check}[sys.argv[1]]()
