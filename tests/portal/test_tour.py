"""Two people walk through the demo in a real browser: a data scientist in the portal, an officer in the admin.

Screenshots go to the folder that PORTAL_TEST_PICTURES names; without one, none are kept.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.portal.browser import Person, browser

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.slow]

PHRASE = "correct wind sock over the runway"


@pytest.fixture
def invitations(live_portal: Any) -> dict[str, str]:
    """The demo is loaded; the invitation of each of its people."""
    live_portal.start("beat")
    printed = live_portal.manage("load_demo", "--url", live_portal.url).stdout
    links = dict(re.findall(r"account '(\w+)', one-time invitation \(72 hours\): http://[^/]+(\S+)", printed))
    assert set(links) == {"scientist", "engineer", "officer", "secadmin", "custodian"}, printed
    assert "compared features drifted" in printed
    return links


def join(person: Person, invitation: str, name: str, *, picture: bool = False) -> None:
    """From the invitation to the first page: password, authenticator by QR code, recovery codes; then once more."""
    page = person.page
    person.go(invitation)
    if picture:
        person.picture("invitation")
    page.get_by_label("New password").fill(PHRASE)
    page.get_by_label("The same password again").fill(PHRASE)
    page.get_by_role("button", name="Set password").click()
    page.locator(".qr svg").wait_for()
    page.get_by_text("The camera does not work").click()
    seed = page.locator(".secret code").inner_text().replace(" ", "")
    if picture:
        person.picture("enrolment", whole=True)
    page.get_by_role("textbox", name="Code").fill(person.code(seed))
    page.get_by_role("button", name="Confirm and sign in").click()
    page.locator(".codes li").first.wait_for()
    codes = page.locator(".codes li").all_inner_texts()
    assert len(set(codes)) == 10
    page.get_by_role("link", name="I have kept them, continue").click()
    page.locator("main").wait_for()

    page.locator("details.account summary").click()
    page.get_by_role("button", name="Sign out").click()
    person.go("/sign-in/")
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_label("Password").fill(PHRASE)
    if picture:
        person.picture("sign-in")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("textbox", name="Code").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").first.wait_for()
    page.get_by_role("textbox", name="Code").fill(person.code(seed))
    if picture:
        person.picture("sign-in-code")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{person.url}/**")


def scientist_walks_the_portal(url: str, invitation: str, chromium: str, pictures: Path) -> None:
    """Invited, enrolled with a QR code, sees model, data, drift and alert, verifies a file, runs a quality check."""
    with browser(chromium, url, pictures) as person:
        page = person.page
        join(person, invitation, "scientist", picture=True)
        person.go("/")
        person.picture("overview", whole=True)

        page.get_by_role("link", name="Models", exact=True).first.click()
        person.picture("models")
        page.get_by_role("link", name="arrival-delay").first.click()
        person.picture("model", whole=True)
        person.go("/models/arrival-delay/versions/1/")
        person.picture("version", whole=True)
        page.get_by_role("button", name=re.compile("Verify")).first.click()
        page.get_by_text(re.compile("sound|verified|matches", re.I)).first.wait_for()

        person.go("/datasets/flights-from-new-york/versions/2/")
        person.picture("dataset-version", whole=True)
        person.go("/drift/")
        page.locator("table a").first.click()
        page.locator("figure svg").first.wait_for()
        person.picture("drift")
        person.picture("drift-whole", whole=True)

        person.go("/quality/new/")
        page.get_by_label(re.compile("version", re.I)).select_option(index=1)
        page.get_by_role("button", name="Run quality check").click()
        page.locator("figure.ring").first.wait_for(timeout=60_000)
        person.picture("quality", whole=True)

        person.go("/alerts/")
        person.picture("alerts")
        page.get_by_role("link", name=re.compile("drift", re.I)).nth(1).click()
        person.picture("alert", whole=True)
        for path, name in [
            ("/jobs/", "jobs"),
            ("/account/security/", "security"),
            ("/models/-/new/", "model-new"),
            ("/datasets/", "datasets"),
            ("/quality/", "quality-runs"),
            ("/drift/new/", "drift-new"),
            ("/api/docs/", "api-docs"),
        ]:
            person.go(path)
            page.wait_for_load_state("networkidle")
            person.picture(name, whole=True)
        assert person.complaints == []


def officer_works_in_the_admin(url: str, invitation: str, chromium: str, pictures: Path) -> None:
    """Opens an access request, confirms the identity, collects, downloads the bundle, reads the ledger."""
    with browser(chromium, url, pictures) as person:
        page = person.page
        join(person, invitation, "officer")
        person.go("/admin/")
        person.picture("admin")
        person.picture("admin-whole", whole=True)
        person.go("/admin/subjects/subjectrequest/add/")
        page.get_by_label(re.compile("e-?mail", re.I)).fill("ada@example.org")
        person.picture("admin-request-new", whole=True)
        page.get_by_role("button", name="Open request").click()
        page.get_by_role("heading", name=re.compile(r"SR-\d{4}-\d+")).wait_for()
        person.picture("admin-request-received", whole=True)
        page.locator("textarea[name=identity-note]").first.fill("Called back on the number on file.")
        page.get_by_role("button", name="Confirm identity").click()
        page.get_by_role("button", name=re.compile("Collect", re.I)).first.click()
        download_button(person).wait_for(timeout=60_000)
        person.picture("admin-request", whole=True)
        with page.expect_download() as download:
            download_button(person).click()
        bundle = Path(download.value.path()).read_bytes()
        assert bundle[:2] == b"PK"

        person.go("/admin/audit/auditevent/")
        person.picture("admin-audit")
        ledger = page.locator("#result_list").inner_text().lower()
        for step in ("opened sr-", "confirmed the identity behind", "collected the data", "downloaded the bundle"):
            assert ledger.count(step) == 1, step
        page.locator("#result_list th a").first.click()
        person.picture("admin-audit-event", whole=True)
        assert person.complaints == []


def test_a_scientist_walks_the_portal_and_an_officer_the_admin(
    live_portal: Any, invitations: dict[str, str], chromium: str, pictures: Path
) -> None:
    """S4-62, S4-81: both in one demo, which takes longer to load than either walk."""
    scientist_walks_the_portal(live_portal.url, invitations["scientist"], chromium, pictures)
    officer_works_in_the_admin(live_portal.url, invitations["officer"], chromium, pictures)


def download_button(person: Person) -> Any:
    """The way to the bundle, a button or a link."""
    return (
        person.page.get_by_role("button", name=re.compile("Download", re.I))
        .or_(person.page.get_by_role("link", name=re.compile("Download", re.I)))
        .first
    )


@pytest.fixture(autouse=True)
def _sync_database_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Playwright runs an event loop in this thread; Django would refuse the fixtures' database use beside it."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
