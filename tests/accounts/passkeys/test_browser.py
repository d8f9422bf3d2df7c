"""Passkeys in a real browser, with the authenticator that Chromium lends to tests, under the portal's strict policy."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.portal.browser import Person, browser

pytestmark = [pytest.mark.live, pytest.mark.browser]

PHRASE = "correct wind sock over the runway"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def lend_authenticator(person: Person) -> Any:
    """Give the browser an authenticator; returns the session that steers it, and its id."""
    cdp = person.page.context.new_cdp_session(person.page)
    cdp.send("WebAuthn.enable")
    made = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return cdp, made["authenticatorId"]


def dark_and_narrow(person: Person, name: str) -> None:
    """The page on a telephone at night: nothing is wider than the window."""
    page = person.page
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    person.picture(f"{name}-narrow-dark", whole=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 960})


def sign_out(person: Person) -> None:
    person.page.locator("details.account summary").click()
    person.page.get_by_role("button", name="Sign out").click()
    person.page.wait_for_url("**/sign-in/")


def test_a_person_lives_with_passkeys(live_portal: Any, chromium: str, pictures: Path) -> None:
    """Made at the first sign-in, used alone, after the password and to confirm; by keyboard; refused when copied."""
    link = live_portal.manage("create_user", "keyholder", "--role", "Security administrator").stdout.strip()
    with browser(chromium, live_portal.url, pictures) as person:
        page, (cdp, authenticator) = person.page, lend_authenticator(person)
        person.go(re.sub(r"^http://[^/]+", "", link))
        page.get_by_label("New password").fill(PHRASE)
        page.get_by_label("The same password again").fill(PHRASE)
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Use a passkey").click()
        person.picture("passkey-enrol")
        page.get_by_label("Name of the passkey").fill("Test bench")
        page.keyboard.press("Enter")
        expect(page.locator(".codes li")).to_have_count(10)
        page.get_by_role("link", name="I have kept them").click()

        person.go("/account/security/")
        expect(page.get_by_text("Test bench")).to_be_visible()
        dark_and_narrow(person, "passkey-security")
        person.picture("passkey-security", whole=True)
        sign_out(person)

        page.get_by_role("button", name="Sign in with a passkey").focus()
        person.picture("passkey-sign-in")
        dark_and_narrow(person, "passkey-sign-in")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        sign_out(person)

        page.get_by_label("Name or e-mail address").fill("KEYHOLDER")
        page.get_by_label("Password").fill(PHRASE)
        page.get_by_role("button", name="Continue").click()
        person.picture("passkey-code")
        page.get_by_role("button", name="Use a passkey instead").click()
        page.wait_for_url(lambda url: "/sign-in/" not in url)

        person.go("/account/confirm/?next=/account/security/")
        person.picture("passkey-confirm")
        page.get_by_role("button", name="Confirm with a passkey instead").click()
        page.wait_for_url(lambda url: "/account/confirm/" not in url)

        for path, name in (("apps/", "app-add"), ("address/", "address"), ("password/", "password")):
            person.go(f"/account/security/{path}")
            dark_and_narrow(person, name)
        person.go("/account/security/")
        page.get_by_role("button", name="Make new recovery codes").click()
        expect(page.locator(".codes li")).to_have_count(10)
        dark_and_narrow(person, "codes-renewed")
        page.get_by_role("link", name="I have kept them").click()

        person.go("/account/security/passkeys/")
        dark_and_narrow(person, "passkey-add")
        page.get_by_role("button", name="Make the passkey").click()
        expect(page.get_by_role("alert")).to_contain_text("has a passkey for your account already")
        person.picture("passkey-twice")
        sign_out(person)

        # The same passkey from a copy that was made before: its count stands where it stood then.
        (held,) = cdp.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]
        cdp.send("WebAuthn.clearCredentials", {"authenticatorId": authenticator})
        cdp.send(
            "WebAuthn.addCredential",
            {"authenticatorId": authenticator, "credential": {**held, "signCount": 1}},
        )
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_text("The passkey was not accepted")).to_be_visible()
        assert "/sign-in/" in page.url
        person.picture("passkey-refused")
        assert person.complaints == []


def test_without_scripts_the_pages_offer_passwords_and_codes(live_portal: Any, chromium: str, pictures: Path) -> None:
    """What cannot work is not shown; what works without scripts is."""
    with browser(chromium, live_portal.url, pictures) as person:
        plain = person.page.context.browser
        assert plain is not None
        context = plain.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
        page = context.new_page()
        page.goto(f"{live_portal.url}/sign-in/")
        assert not page.get_by_role("button", name="Sign in with a passkey").is_visible()
        page.get_by_label("Name or e-mail address").fill("nobody")
        page.get_by_label("Password").fill(PHRASE)
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("textbox", name="Code").fill("000000")
        page.screenshot(path=pictures / "code-plain.png", full_page=True)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("is not right")
        page.get_by_role("link", name="Start again").click()
        page.get_by_role("link", name="I have forgotten my password").click()
        page.get_by_label("Name or e-mail address").fill("nobody")
        page.get_by_role("button", name="Send the link").click()
        expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
        page.screenshot(path=pictures / "asked-plain.png", full_page=True)
        context.close()
