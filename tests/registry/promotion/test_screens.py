"""Approvals in a real browser: asked for by one, decided by another; light, dark and narrow."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.portal.browser import Person, browser

pytestmark = [pytest.mark.live, pytest.mark.browser]


def cookie_of(user: Any, url: str) -> Any:
    """A session of somebody; made before the browser, beside which the database cannot be asked."""
    from tests.accounts.people import sign_in

    morsel = sign_in(Client(), user).cookies[settings.SESSION_COOKIE_NAME]
    return {"name": morsel.key, "value": morsel.value, "url": url}


def enter(person: Person, cookie: Any) -> None:
    """Sit down at the browser as somebody else."""
    person.page.context.clear_cookies()
    person.page.context.add_cookies([cookie])


def in_every_light(person: Person, path: str, name: str) -> None:
    """Pictures in light and dark and at the width of a telephone, where nothing is wider than the window."""
    page = person.page
    person.go(path)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        person.picture(f"{name}-{scheme}", whole=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 390, "height": 900})
    person.picture(f"{name}-narrow", whole=True)
    assert person.fits(390), path
    page.set_viewport_size({"width": 1280, "height": 900})


def test_one_asks_and_others_decide(live_portal: Any, chromium: str, pictures: Path) -> None:
    """S2-41, S0-38: the best version with the reason, each gate with its answer, and one more for the override."""
    from accounts.actors import actor_of
    from tests.accounts.people import make_user
    from tests.registry.samples import make_model, make_version

    from .promoting import approve, approver, ask

    engineer = make_user("engineer", "ML engineer")
    said = {"reason": "Better on late flights.", "override_reason": "The data was examined by hand."}
    for name in ("arrival-delay", "taxi-out"):
        model = make_model(engineer, name)
        versions = [make_version(model, engineer, metrics={"auc": auc}) for auc in (0.81, 0.93)]
    done = ask(versions[0], actor=actor_of(engineer), **said)
    approve(done, *(approver(number) for number in (1, 2, 3)))
    waiting = approve(ask(versions[1], actor=actor_of(engineer), **said), approver(2)).get_absolute_url()
    asks, decides = (cookie_of(user, live_portal.url) for user in (engineer, approver(1)))
    with browser(chromium, live_portal.url, pictures) as person:
        page = person.page
        enter(person, asks)
        in_every_light(person, "/models/arrival-delay/promote-best/", "promotion-best")
        page.get_by_role("link", name="Go on with v2").click()
        page.locator("[name=reason]").fill("Better on late flights.")
        page.locator("[name=override_reason]").fill("The data was examined by hand.")
        person.picture("promotion-ask", whole=True)
        page.get_by_role("button", name="Ask for approval").click()
        page.get_by_role("heading", name="You asked for this").wait_for()
        enter(person, decides)
        in_every_light(person, "/promotions/", "promotion-inbox")
        in_every_light(person, waiting, "promotion-page")
        page.get_by_role("button", name="Approve", exact=True).click()
        page.get_by_text("It waits for somebody else").first.wait_for()
        in_every_light(person, "/models/taxi-out/aliases/production/history/", "alias-history")
        in_every_light(person, "/models/taxi-out/promotion-policy/", "promotion-policy")
        in_every_light(person, "/models/taxi-out/promotion-policy/edit/", "promotion-policy-edit")
        in_every_light(person, "/promotions/overrides/", "promotion-overrides")
        in_every_light(person, "/models/taxi-out/", "promotion-model")
        in_every_light(person, "/models/taxi-out/versions/1/", "promotion-version")
        assert person.complaints == []
