"""Sessions with the portal as processes: several of them at once, and Valkey emptied or away."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.accounts.people import PASSWORD, code_of, make_user
from tests.live import LivePortal

pytestmark = pytest.mark.live
PAGE = "/account/security/"


class Browser:
    """A browser: its cookies count for every process of the portal on this machine."""

    def __init__(self) -> None:
        self.http = httpx.Client(trust_env=False, timeout=60)

    def get(self, portal: LivePortal, path: str) -> httpx.Response:
        """Open a page."""
        return self.http.get(portal.url + path)

    def post(self, portal: LivePortal, path: str, **form: str) -> httpx.Response:
        """Send a form, with the token that its page would carry."""
        token = next(cookie.value for cookie in self.http.cookies.jar if cookie.name == "csrf")
        return self.http.post(portal.url + path, data={**form, "csrfmiddlewaretoken": token})

    def sign_in(self, portal: LivePortal, user: Any, *, steps: int = 0) -> "Browser":
        """With both factors."""
        self.get(portal, "/sign-in/")
        self.post(portal, "/sign-in/", username=user.username, password=PASSWORD)
        answer = self.post(portal, "/sign-in/code/", code=code_of(user, steps=steps))
        assert answer.status_code == 302, answer.text
        return self

    def is_in(self, *portals: LivePortal) -> list[bool]:
        """Whether each of the processes lets this browser in."""
        return [self.get(portal, PAGE).status_code == 200 for portal in portals]


@pytest.fixture
def browser() -> Iterator[Callable[[], Browser]]:
    """Opens browsers, which are closed after the test."""
    opened: list[Browser] = []

    def open_one() -> Browser:
        opened.append(Browser())
        return opened[-1]

    yield open_one
    for one in opened:
        one.http.close()


@pytest.fixture
def without_valkey(live_portal: Any, tmp_path: Path) -> Iterator[LivePortal]:
    """A second web process on the same data, whose Valkey is away."""
    portal = LivePortal({**live_portal.env, "REDIS_URL": "unix:///nonexistent/valkey.sock?db=0"}, tmp_path)
    portal.start("web")
    yield portal
    portal.stop_all()


def empty_valkey() -> None:
    """All that this test's portal keeps there is gone."""
    from django.core.cache import cache

    cache._cache.get_client().flushdb()  # type: ignore[attr-defined]


def test_sessions_and_their_end_do_not_hang_on_valkey(
    live_portal: LivePortal, without_valkey: LivePortal, browser: Callable[[], Browser], rows: Callable[..., int]
) -> None:
    """S3-16, S3-19, S3-20: signing in with both factors, revoking and refusing, whatever Valkey knows."""
    user = make_user(password=PASSWORD)
    both = (live_portal, without_valkey)
    laptop = browser().sign_in(without_valkey, user)
    phone = browser().sign_in(live_portal, user, steps=1)
    assert laptop.is_in(*both) == phone.is_in(*both) == [True, True]

    # What the other process has just seen alive is refused by its very next answer.
    row = user.sessions.earliest("created_at")
    assert phone.post(live_portal, f"{PAGE}sessions/{row.pk}/revoke/").status_code == 302
    assert laptop.is_in(without_valkey, live_portal) == [False, False]

    empty_valkey()
    assert laptop.is_in(*both) == [False, False]
    assert phone.is_in(*both) == [True, True]

    answer = httpx.get(f"{without_valkey.url}/health/ready", trust_env=False, timeout=30)
    assert (answer.status_code, answer.json()["status"]) == (503, "degraded")
    assert rows("accounts.sign_in.succeeded") == 2


def test_guessing_is_slowed_down_without_valkey(without_valkey: LivePortal, browser: Callable[[], Browser]) -> None:
    """S3-20: throttling does not fail open."""
    user = make_user(password=PASSWORD)
    guesser = browser()
    guesser.get(without_valkey, "/sign-in/")
    codes = []
    for _ in range(8):
        answer = guesser.post(without_valkey, "/sign-in/", username=user.username, password="wrong")
        if answer.status_code == 302:
            answer = guesser.post(without_valkey, "/sign-in/code/", code="000000")
        codes.append(answer.status_code)
    assert codes[-1] == 429, codes
    assert int(answer.headers["Retry-After"]) > 0
    refused = guesser.post(without_valkey, "/sign-in/", username=user.username, password=PASSWORD)
    assert refused.status_code == 429
