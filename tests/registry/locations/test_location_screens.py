"""Locations in a real browser: nothing breaks the content policy, in the portal and in the admin."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.portal.browser import Person, browser
from tests.registry.samples import make_model, make_version

pytestmark = [pytest.mark.live, pytest.mark.browser]


def cookie_of(user: Any, url: str) -> Any:
    from tests.accounts.people import sign_in

    morsel = sign_in(Client(), user).cookies[settings.SESSION_COOKIE_NAME]
    return {"name": morsel.key, "value": morsel.value, "url": url}


def enter(person: Person, cookie: Any) -> None:
    person.page.context.clear_cookies()
    person.page.context.add_cookies([cookie])


def test_a_scientist_and_an_administrator_look_at_locations(
    live_portal: Any, chromium: str, pictures: Path, locate: Callable[..., Any], settle: Callable[[], None]
) -> None:
    """S1-14, S1-17, S1-25: the worker copies by itself, the pages show it, and buttons work."""
    from registry.locations.choose import store_of
    from tests.accounts.people import make_user

    replica = locate("replica")
    user = make_user()
    version = make_version(make_model(user), user)
    settle()
    path = store_of(replica)._path(version.artifact.storage_name)
    cookies = [cookie_of(one, live_portal.url) for one in (user, make_user("guard", "Security administrator"))]
    with browser(chromium, live_portal.url, pictures) as person:
        enter(person, cookies[0])
        person.go(version.get_absolute_url())
        person.page.locator("#locations").get_by_role("button", name="Verify now").click()
        person.page.get_by_label("Verification in replica passed").wait_for()
        path.unlink()
        person.page.locator("#locations").get_by_role("button", name="Verify now").click()
        person.page.get_by_label("Verification in replica failed").wait_for()
        person.page.locator("#locations").scroll_into_view_if_needed()
        person.picture("version-locations", whole=True)
        # At phone width the table scrolls inside its card, and the page itself does not.
        person.page.set_viewport_size({"width": 400, "height": 900})
        person.picture("version-locations-narrow", whole=True)
        assert person.fits(400)
        person.page.set_viewport_size({"width": 1440, "height": 960})
        person.page.get_by_role("button", name="Copy to replica again").click()
        person.page.get_by_text("copied to replica again").wait_for()
        enter(person, cookies[1])
        person.go("/admin/locations/storagelocation/")
        person.picture("admin-locations", whole=True)
        person.go(f"/admin/locations/storagelocation/{replica.pk}/change/")
        person.page.get_by_role("button", name="Compare with the rows").click()
        person.page.get_by_text("A job compares replica").wait_for()
        person.page.get_by_role("button", name="Test connection").click()
        person.page.get_by_text("A test file was written, read and removed").first.wait_for()
        person.picture("admin-location", whole=True)
        person.page.set_viewport_size({"width": 420, "height": 900})
        person.page.emulate_media(color_scheme="dark")
        person.go(f"/admin/locations/storagelocation/{replica.pk}/change/")
        person.picture("admin-location-narrow", whole=True)
        assert person.complaints == []
