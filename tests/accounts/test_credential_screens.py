"""The screens of API keys and of pipelines at a real browser: in the light, in the dark, and on a narrow window."""

from pathlib import Path

import pytest
from django.test import Client

from accounts.models import ApiKey, User
from accounts.services import issue_api_key, rotate_api_key
from accounts.workload.services.trust import add_issuer, add_rule
from compliance.audit import Actor
from tests.accounts.issuers import AUDIENCE, JobIssuer
from tests.accounts.people import make_user, sign_in
from tests.live import LivePortal
from tests.portal.browser import Person, browser

pytestmark = pytest.mark.live
ACTOR = Actor.system("test")
SECURITY = "/account/security/"


def cookie_of(user: User) -> str:
    """Of somebody who is signed in and has just shown a second factor."""
    return str(sign_in(Client(), user).cookies["session"].value)


def enter(person: Person, cookie: str) -> None:
    """Come back with the cookie."""
    person.page.context.add_cookies([{"name": "session", "value": cookie, "url": person.url}])


def keys_of(user: User) -> ApiKey:
    """A key that was replaced, its successor for one model and one network, and one for everything."""
    old, _ = issue_api_key(
        user, name="nightly training", scopes=["registry.download_artifact:delay"], networks=["192.0.2.0/24"],
        days=30, actor=ACTOR,
    )  # fmt: skip
    rotate_api_key(old, actor=ACTOR)
    return issue_api_key(user, name="notebook", scopes=["all"], days=90, actor=ACTOR)[0]


def test_a_key_is_issued_and_replaced_by_its_owner(live_portal: LivePortal, chromium: str, pictures: Path) -> None:
    """S0-40: what a key may do, where, until when and when it was used last is there at a glance."""
    user = make_user()
    key, cookie = keys_of(user), cookie_of(user)
    with browser(chromium, live_portal.url, pictures) as person:
        enter(person, cookie)
        person.go(SECURITY)
        page = person.page
        page.get_by_label("Name", exact=True).fill("evaluation")
        page.get_by_label("Only for these").fill("delay, dataset/flights")
        page.get_by_role("button", name="Issue key").click()
        page.get_by_text("shown this once").wait_for()
        person.picture("keys-issued", whole=True)
        person.go(f"{SECURITY}api-keys/{key.pk}/rotate/")
        person.picture("keys-replace")
        page.get_by_role("button", name="Replace key").click()
        page.get_by_text("The key before it works until").wait_for()
        person.go(f"/account/confirm/api/key/{key.pk}/")
        person.picture("keys-confirm")
        page.get_by_role("button", name="Confirm for 5 minutes").click()
        page.get_by_text("Let the program send its request again").wait_for()
        assert person.complaints == []


def test_the_page_of_keys_fits_a_narrow_window_in_the_dark(
    live_portal: LivePortal, chromium: str, pictures: Path
) -> None:
    user = make_user()
    keys_of(user)
    cookie = cookie_of(user)
    with browser(chromium, live_portal.url, pictures, dark=True, width=390) as person:
        enter(person, cookie)
        person.go(SECURITY)
        person.picture("keys-narrow-dark", whole=True)
        assert person.page.evaluate("document.documentElement.scrollWidth") <= 390
        assert person.complaints == []


def test_issuers_and_rules_in_the_admin(live_portal: LivePortal, chromium: str, pictures: Path) -> None:
    """S2-30: what the administrator sees of pipelines without a stored secret."""
    guard, service = make_user("guard", "Security administrator"), make_user("pipeline", "Pipeline")
    ci = JobIssuer("https://ci.example")
    ci.add_key("first")
    issuer = add_issuer(
        name="ci", issuer=ci.address, audience=AUDIENCE, algorithms=["ES256"], pinned_keys=ci.key_set(), actor=ACTOR
    )
    add_rule(
        issuer, name="delays", service=service, scopes=["registry.add_modelversion:delay"],
        conditions={"repository": "acme/delays", "ref": "refs/heads/*"}, actor=ACTOR,
    )  # fmt: skip
    cookie = cookie_of(guard)
    with browser(chromium, live_portal.url, pictures) as person:
        enter(person, cookie)
        for name, path in {
            "issuers": "workload/trustedissuer/",
            "issuers-add": "workload/trustedissuer/add/",
            "rules": "workload/exchangerule/",
            "rules-add": "workload/exchangerule/add/",
            "tokens": "workload/exchangedtoken/",
            "admin-keys": "accounts/apikey/",
            "admin-keys-add": "accounts/apikey/add/",
        }.items():
            person.go(f"/admin/{path}")
            person.picture(f"credentials-{name}", whole=True)
        assert person.complaints == []
