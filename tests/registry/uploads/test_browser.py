"""The upload page in a real browser: progress, pause, a server that dies in the middle, a reload, a folder."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.portal.browser import Person, browser
from tests.registry.samples import make_model, safetensors

pytestmark = [pytest.mark.live, pytest.mark.browser]
CONTENT = safetensors(bytes(range(256)) * 4096 * 28)  # 28 MiB: four pieces
PAGE = "/models/arrival-delay/versions/new/"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def cookie(live_portal: Any) -> dict[str, str]:
    """The session of a data scientist who has a model."""
    from tests.accounts.people import make_user, sign_in

    user = make_user("scientist", "Data scientist")
    make_model(user)
    morsel = sign_in(Client(), user).cookies[settings.SESSION_COOKIE_NAME]
    return {"name": morsel.key, "value": morsel.value, "url": live_portal.url}


def enter(person: Person, cookie: dict[str, str], megabytes_per_s: float = 6) -> None:
    """Open the upload page, signed in, on a line of that speed."""
    person.page.context.add_cookies([cookie])  # type: ignore[list-item]
    line = person.page.context.new_cdp_session(person.page)
    line.send("Network.enable")
    line.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": megabytes_per_s * 1e6},
    )
    person.go(PAGE)


def send(person: Person, file: Path) -> None:
    person.page.set_input_files("input[name=file]", str(file))
    person.page.get_by_role("button", name="Upload version").click()


def wait_for_bytes(person: Person, least: int) -> None:
    person.page.wait_for_function(
        "least => Number(document.querySelector('[data-upload-panel] progress').value) >= least", arg=least
    )


def stored_digest() -> str:
    from registry.models import ModelVersion

    return ModelVersion.objects.get().artifact.sha256


def test_an_upload_goes_on_after_the_server_died(
    live_portal: Any, chromium: str, pictures: Path, file: Path, cookie: Any
) -> None:
    """S1-07: progress with bytes and rate, pause and resume, and a web process that is killed at about 60 %."""
    with browser(chromium, live_portal.url, pictures, width=900) as person:
        enter(person, cookie)
        page = person.page
        send(person, file)
        wait_for_bytes(person, len(CONTENT) // 4)
        page.get_by_role("button", name="Pause").click()
        page.get_by_text("paused").wait_for()
        stopped = page.locator("progress").evaluate("bar => bar.value")
        person.picture("upload-paused", whole=True)
        page.wait_for_timeout(400)
        assert page.locator("progress").evaluate("bar => bar.value") == stopped
        page.get_by_role("button", name="Resume").click()
        page.locator("[data-upload-rate]", has_text="/s").wait_for()
        wait_for_bytes(person, len(CONTENT) * 6 // 10)
        person.picture("upload", whole=True)
        live_portal.kill("web")
        page.get_by_role("alert").get_by_text("The connection was lost").wait_for()
        person.picture("upload-lost", whole=True)
        live_portal.start("web")
        page.get_by_text("is stored, encrypted").wait_for(timeout=60_000)
        assert [text for text in person.complaints if "ERR_" not in text] == []
    assert stored_digest() == hashlib.sha256(CONTENT).hexdigest()


def test_an_upload_goes_on_after_a_reload(
    live_portal: Any, chromium: str, pictures: Path, file: Path, cookie: Any
) -> None:
    """S1-07: the page remembers which upload a file belongs to; the bytes that arrived are not sent again."""
    with browser(chromium, live_portal.url, pictures, dark=True, width=420) as person:
        enter(person, cookie, megabytes_per_s=12)
        page = person.page
        offsets: list[str] = []
        page.on("request", lambda sent: offsets.append(sent.headers.get("upload-offset", "")))
        send(person, file)
        wait_for_bytes(person, len(CONTENT) // 2)
        page.on("dialog", lambda dialog: dialog.accept())
        page.reload()
        page.get_by_text("was interrupted").wait_for()
        person.picture("upload-interrupted-dark-narrow", whole=True)
        send(person, file)
        page.get_by_text("is stored, encrypted").wait_for(timeout=60_000)
        assert person.complaints == []
    assert offsets.count("0") == 1
    assert stored_digest() == hashlib.sha256(CONTENT).hexdigest()


def test_a_folder_and_a_refusal(live_portal: Any, chromium: str, pictures: Path, tmp_path: Path, cookie: Any) -> None:
    """A folder becomes one version; what is refused is said as text, and the form still works."""
    from registry.models import ModelVersion

    folder = tmp_path / "my-model"
    (folder / "data").mkdir(parents=True)
    (folder / "MLmodel").write_bytes(b"flavors: {}\n")
    (folder / "data" / "model.safetensors").write_bytes(safetensors())
    picture = tmp_path / "cat.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    empty = tmp_path / "empty.bin"
    empty.write_bytes(b"")
    with browser(chromium, live_portal.url, pictures) as person:
        enter(person, cookie, megabytes_per_s=50)
        page = person.page
        send(person, empty)
        page.get_by_text("The file is empty").wait_for()
        send(person, picture)
        page.locator(".field-error", has_text="The file is a PNG image").wait_for()
        page.set_input_files("[data-upload-folder]", str(folder))
        page.get_by_role("button", name="Upload version").click()
        page.get_by_text("is stored, encrypted").wait_for(timeout=30_000)
        page.get_by_text("data/model.safetensors").wait_for()
        person.picture("version-with-files", whole=True)
        assert person.complaints == []
    assert list(ModelVersion.objects.get().files.values_list("path", flat=True)) == [
        "MLmodel",
        "data/model.safetensors",
    ]
