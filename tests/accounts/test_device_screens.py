"""The list of devices at a real browser: by keyboard, without JavaScript, in the dark, and on a narrow window."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Device, RefreshToken, Session, User
from tests.accounts.people import make_user, sign_in
from tests.live import LivePortal
from tests.portal.browser import Person, browser

pytestmark = pytest.mark.live
PAGE = "/account/security/"
SEEN = (("Firefox on Linux", "198.51.100.0/24"), ("Safari on iPhone", "2001:db8:7::/48"), ("Edge on Windows", ""))


def sessions_of(user: User) -> str:
    """The cookie of one of four sessions, which has three others and a sign-in to the API beside it."""
    for number, (kind, network) in enumerate(SEEN):
        row = sign_in(Client(), user).session.current_row
        device = Device.objects.create(user=user, cookie_digest=bytes([number]) * 32, browser=kind)
        Session.objects.filter(pk=row.pk).update(browser=kind, ip_prefix=network, device=device)
    RefreshToken.objects.create(user=user, expires_at=row.expires_at, last_used_on=timezone.now().date())
    return str(sign_in(Client(), user).cookies["session"].value)


def enter(person: Person, cookie: str) -> None:
    """Open the page as somebody who is signed in."""
    person.page.context.add_cookies([{"name": "session", "value": cookie, "url": person.url}])
    person.go(PAGE)


def test_devices_are_listed_and_ended_by_keyboard_and_without_script(
    live_portal: LivePortal, chromium: str, pictures: Path
) -> None:
    """S3-19"""
    cookie = sessions_of(make_user())
    with browser(chromium, live_portal.url, pictures) as person:
        enter(person, cookie)
        person.page.locator("#devices").scroll_into_view_if_needed()
        person.picture("devices", whole=True)
        assert person.page.locator("#devices li").count() == 5
        for _ in range(60):
            person.page.keyboard.press("Tab")
            label = person.page.evaluate("document.activeElement.getAttribute('aria-label') || ''")
            if "Safari on iPhone" in label:
                break
        person.page.keyboard.press("Enter")
        person.page.get_by_text("The session is ended.").wait_for()
        assert person.page.locator("#devices li").count() == 4
        without_script(person, cookie)
        assert person.complaints == []


def without_script(person: Person, cookie: str) -> None:
    """The rest, in a browser that runs no script."""
    opened: Any = person.page.context.browser
    context = opened.new_context(java_script_enabled=False)
    try:
        context.add_cookies([{"name": "session", "value": cookie, "url": person.url}])
        page = context.new_page()
        page.goto(person.url + PAGE)
        page.get_by_role("button", name="End sign-in to the API").click()
        page.get_by_text("The API sign-in is ended.").wait_for()
        page.get_by_role("button", name="End all others").click()
        page.get_by_text("Ended 2 other sessions").wait_for()
        assert page.locator("#devices li").count() == 1
    finally:
        context.close()


def test_devices_fit_a_narrow_window_in_the_dark(live_portal: LivePortal, chromium: str, pictures: Path) -> None:
    cookie = sessions_of(make_user())
    with browser(chromium, live_portal.url, pictures, dark=True, width=390) as person:
        enter(person, cookie)
        person.picture("devices-narrow-dark", whole=True)
        width = person.page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390
        assert person.complaints == []
