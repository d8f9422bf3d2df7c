"""The page that gives the client out, in a real browser."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from registry.sealed_client.client_file import NAME, client_sha256
from tests.portal.browser import browser
from tests.registry.samples import make_model

pytestmark = [pytest.mark.live, pytest.mark.browser]


def test_a_scientist_finds_the_client_and_takes_it(live_portal: Any, chromium: str, pictures: Path) -> None:
    """S1-01: from the upload form to the file, whose digest the page shows; also on a phone, within the policy."""
    from tests.accounts.people import make_user, sign_in

    user = make_user()
    make_model(user)
    morsel = sign_in(Client(), user).cookies[settings.SESSION_COOKIE_NAME]
    with browser(chromium, live_portal.url, pictures) as person:
        person.page.context.add_cookies([{"name": morsel.key, "value": morsel.value, "url": live_portal.url}])
        person.go("/models/arrival-delay/versions/new/")
        person.page.get_by_role("link", name="before it leaves your machine").click()
        person.page.get_by_role("heading", name="Seal files on your machine").wait_for()
        person.picture("sealed-client", whole=True)
        with person.page.expect_download() as taken:
            person.page.get_by_role("link", name=f"Download {NAME}").click()
        assert taken.value.suggested_filename == NAME
        assert hashlib.sha256(Path(taken.value.path()).read_bytes()).hexdigest() == client_sha256()
        assert client_sha256() in person.page.content()
        person.page.set_viewport_size({"width": 400, "height": 900})
        person.picture("sealed-client-narrow", whole=True)
        assert person.fits(400)
        assert person.complaints == []
