"""Verdicts and the quarantine in a real browser, with the portal's own worker."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.portal.browser import browser
from tests.portal.client import Pipeline
from tests.portal.people import key_for
from tests.registry.samples import harmful, safetensors
from tests.scans import scans_done

pytestmark = [pytest.mark.live, pytest.mark.browser]


def test_a_held_version_explains_itself_and_is_opened_with_a_reason(
    live_portal: Any, chromium: str, pictures: Path
) -> None:
    """S0-49: page of the version, list of the quarantine, and the file; light, dark and narrow."""
    from tests.accounts.people import make_user, sign_in

    with Pipeline(live_portal.url, key_for("scientist", "Data scientist")) as api:
        api.post("models/", json={"name": "delays", "task_type": "regression"})
        for content in (safetensors(), harmful()):
            api.post("models/delays/versions/", files={"file": ("model.bin", content)})
        scans_done()
        assert api.http.get("models/delays/versions/1/artifact/").content == safetensors()
        assert api.http.get("models/delays/versions/2/artifact/").status_code == 403
    guard = sign_in(Client(), make_user("guard", "Security administrator"))
    morsel = guard.cookies[settings.SESSION_COOKIE_NAME]
    with browser(chromium, live_portal.url, pictures) as person:
        page = person.page
        page.context.add_cookies([{"name": morsel.key, "value": morsel.value, "url": live_portal.url}])
        person.go("/models/delays/versions/1/")
        page.get_by_text("Clean", exact=True).first.wait_for()
        person.picture("scan-clean", whole=True)
        person.go("/models/delays/versions/2/")
        page.get_by_role("heading", name="Quarantined", exact=True).wait_for()
        person.picture("scan-held", whole=True)
        person.go("/admin/scanning/inspection/")
        person.picture("quarantine", whole=True)
        page.get_by_role("link", name="delays v2").click()
        person.picture("quarantine-file", whole=True)
        page.emulate_media(color_scheme="dark")
        person.picture("quarantine-file-dark", whole=True)
        page.get_by_role("link", name="Open the file").click()
        person.picture("quarantine-open", whole=True)
        page.get_by_label("Reason").fill("The team asks what it is.")
        with page.expect_download() as taken:
            page.get_by_role("button", name="Open the file").click()
        assert taken.value.suggested_filename == "model.bin.quarantined"
        assert Path(taken.value.path()).read_bytes() == harmful()
        for path, name in (("/models/delays/versions/2/", "scan-held"), ("/admin/scanning/inspection/", "quarantine")):
            person.go(path)
            person.picture(f"{name}-dark", whole=True)
            page.set_viewport_size({"width": 390, "height": 900})
            person.picture(f"{name}-narrow", whole=True)
            assert person.fits(390), path
            page.set_viewport_size({"width": 1280, "height": 900})
        assert person.complaints == []
