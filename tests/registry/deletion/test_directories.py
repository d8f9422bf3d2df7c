"""A version of several files is purged as a whole."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import actor_of
from accounts.models import User
from compliance.audit import Actor
from registry import deletion
from registry.artifacts.sealed import sealed_upload
from registry.deletion.purging import purge_due
from registry.models import Artifact
from registry.services import add_directory_version
from registry.variants.services import add_variant
from tests.accounts.conftest import Clock
from tests.registry.samples import make_model, make_version, safetensors

pytestmark = pytest.mark.django_db

ACTOR = Actor.system("tests")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    own = Clock()
    monkeypatch.setattr(timezone, "now", own.now)
    return own


def test_a_directory_and_its_variants_go_as_a_whole(
    scientist: User, clock: Clock, stored: Callable[[], list[Path]], django_capture_on_commit_callbacks: Any
) -> None:
    """S0-24: every file of the version, in every location."""
    model = make_model(scientist)
    with ExitStack() as stack:
        uploads = [
            (name, stack.enter_context(sealed_upload([safetensors(bytes([place]) * 16)], name)))
            for place, name in enumerate(("a.safetensors", "b.safetensors"))
        ]
        files = [(name, lambda upload=upload: upload) for name, upload in uploads]
        version = add_directory_version(model, files, actor=actor_of(scientist))
    with sealed_upload([safetensors(b"\7" * 8)], "small.safetensors") as upload:
        add_variant(version, upload, name="small", kind="quantised", actor=actor_of(scientist))
    kept = make_version(model, scientist)
    assert Artifact.objects.count() == len(stored()) == 5
    deletion.delete(version, "old", actor=ACTOR)
    clock.forward(days=31)
    with django_capture_on_commit_callbacks(execute=True):
        outcome = purge_due(actor=ACTOR)
    assert (outcome.removed, outcome.held) == (1, [])
    assert [artifact.pk for artifact in Artifact.objects.all()] == [kept.artifact_id]
    assert len(stored()) == 1
