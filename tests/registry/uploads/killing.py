"""What the kill test does inside the portal, each in a process of its own: set it up, and look what is left."""

import sys
from pathlib import Path

import django

REPLICA = "replica"


def say(*words: object) -> None:
    """Tell the test."""
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")


def setup() -> None:
    """Tables, keys, a second location, a data scientist with a model; prints an API key."""
    from django.conf import settings
    from django.core.management import call_command

    from accounts.actors import actor_of
    from accounts.services.api_keys import issue_api_key
    from compliance.audit import Actor
    from modelops.crypto.services import create_first_keys
    from registry.replication.changes import add_location
    from tests.accounts.people import make_user
    from tests.registry.samples import make_model

    call_command("migrate", verbosity=0)
    create_first_keys()
    replica = {"folder": str(Path(settings.MODELOPS_HOME) / "locations" / REPLICA)}
    add_location(REPLICA, "filesystem", replica, actor=Actor.system("test"))
    user = make_user("scientist", "Data scientist")
    make_model(user)
    say(issue_api_key(user, name="test", scopes=["all"], days=1, actor=actor_of(user))[1])


def keys() -> None:
    """Print whether each data key opens, of files and of uploads in progress."""
    from registry.artifacts.data_keys import data_key_of
    from registry.models import Artifact
    from registry.uploads.models import UploadSession
    from registry.uploads.sealing import key_of

    opened = [data_key_of(artifact) for artifact in Artifact.objects.all()]
    opened += [key_of(session) for session in UploadSession.objects.all()]
    say("keys:", all(len(key) == 32 for key in opened))


def check() -> None:
    """Sweep, copy what is not copied yet, compare rows with files, open every file, and print what was found."""
    from django.conf import settings
    from django.utils import timezone

    from registry.artifacts import verify_artifact
    from registry.artifacts.sweep import sweep
    from registry.models import Artifact, ArtifactCopy, ModelVersion
    from registry.replication.tasks import replicate
    from registry.uploads.models import UploadPart

    # A dead worker's lease would run for a minute and a half; nobody waits for it here.
    ArtifactCopy.objects.filter(state__in=["pending", "failed"]).update(not_before=timezone.now())
    replicate()
    sweep(quiet_for_s=0)
    home = Path(settings.MODELOPS_HOME)
    rows = set(Artifact.objects.values_list("storage_name", flat=True))
    parts = set(UploadPart.objects.values_list("storage_name", flat=True))
    files, copies = _names(home / "artifacts"), _names(home / "locations" / REPLICA)
    say("files without a row:", len(files - rows - parts), len(copies - rows))
    say("rows without a file:", len((rows | parts) - files), len(rows - copies))
    say("copies that are not stored:", ArtifactCopy.objects.exclude(state="stored").count())
    say("sound:", all(verify_artifact(artifact).is_sound for artifact in Artifact.objects.all()))
    keys()
    say("versions:", *ModelVersion.objects.order_by("number").values_list("number", flat=True))
    say("digests:", len(set(Artifact.objects.values_list("sha256", flat=True))))


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")}


if __name__ == "__main__":
    django.setup()
    {"setup": setup, "keys": keys, "check": check}[sys.argv[1]]()
