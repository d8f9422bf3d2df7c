"""One contract over every place that a secret can be read from."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from compliance.audit import Actor
from modelops.lib.errors import Invalid, Unavailable
from modelops.secret_store import services
from modelops.secret_store.models import StoredSecret
from modelops.secret_store.sources import check_reference, read_reference

ACTOR = Actor.system("test")


@dataclass
class Place:
    """A place under test: how a value gets there, how it leaves, and a reference that must be refused."""

    reference: str
    put: Callable[[str], None]
    remove: Callable[[], None]
    forbidden: str


@pytest.fixture
def env_place(monkeypatch: pytest.MonkeyPatch) -> Place:
    name = "PORTAL_SECRET_SMTP"
    return Place(
        f"env:{name}",
        lambda value: monkeypatch.setenv(name, value),
        lambda: monkeypatch.delenv(name, raising=False),
        "env:MODELOPS_ROOT_KEY",
    )


@pytest.fixture
def file_place(tmp_path: Path, settings: Any) -> Place:
    settings.MODELOPS_SECRETS_FOLDER = str(tmp_path)
    file = tmp_path / "smtp" / "password"
    file.parent.mkdir()

    def put(value: str) -> None:
        file.write_text(value)
        file.chmod(0o600)

    return Place("file:smtp/password", put, lambda: file.unlink(missing_ok=True), "file:../../etc/passwd")


@pytest.fixture(params=["env", "file"])
def place(request: pytest.FixtureRequest) -> Place:
    found: Place = request.getfixturevalue(f"{request.param}_place")
    return found


@pytest.mark.django_db
def test_a_secret_is_read_where_it_lies_on_each_use(place: Place) -> None:
    """S1-26, S1-04: the same contract for every kind of place; nothing is copied into the database."""
    place.put("first")
    secret = services.set_secret("smtp", reference=place.reference, purpose="Mail", actor=ACTOR)
    assert services.use_secret(secret, by="alerts") == "first"
    place.put("sécond")
    assert services.use_secret(secret, by="alerts") == "sécond"
    assert StoredSecret.objects.get().sealed_value is None


def test_what_is_not_there_or_empty_is_unavailable(place: Place) -> None:
    """S1-26."""
    for prepare in (place.remove, lambda: place.put("")):
        prepare()
        with pytest.raises(Unavailable) as refusal:
            read_reference(place.reference)
        assert refusal.value.code == "secret.unavailable"


def test_a_place_that_is_not_permitted_is_refused_before_it_is_read(place: Place) -> None:
    """S1-26: also when the reference came past the check."""
    for act in (check_reference, read_reference):
        with pytest.raises(Invalid) as refusal:
            act(place.forbidden)
        assert refusal.value.code == "secret.bad_reference"


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../b", ".hidden", "a//b", "a\\b", "a/b/c/d/e/f", "x\x00"])
def test_paths_that_lead_elsewhere_are_refused(file_place: Place, path: str) -> None:
    with pytest.raises(Invalid):
        check_reference(f"file:{path}")


def test_a_link_out_of_the_folder_and_a_file_for_all_are_refused(file_place: Place, tmp_path: Path) -> None:
    outside = tmp_path.parent / "outside"
    outside.write_text("stolen")
    (tmp_path / "link").symlink_to(outside)
    file_place.put("value")
    (tmp_path / "smtp" / "inner").symlink_to(tmp_path / "smtp" / "password")
    assert read_reference("file:smtp/inner") == "value"
    (tmp_path / "smtp" / "password").chmod(0o644)
    for reference in ("file:link", "file:smtp/password", "file:smtp"):
        with pytest.raises(Unavailable):
            read_reference(reference)


def test_without_a_folder_there_are_no_file_references(settings: Any) -> None:
    settings.MODELOPS_SECRETS_FOLDER = ""
    with pytest.raises(Invalid):
        check_reference("file:smtp")
