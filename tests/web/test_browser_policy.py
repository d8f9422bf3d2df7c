"""A real browser under the content policy: every page of portal and admin keeps it, and what breaks it does not run."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.portal.browser import Person, browser
from tests.registry.samples import make_model, make_version

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.slow]

HOSTILE = "<script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\">"
PORTAL = (
    "/", "/models/", "/models/arrival-delay/", "/models/arrival-delay/versions/1/", "/models/-/new/", "/datasets/",
    "/models/arrival-delay/versions/new/", "/quality/", "/drift/", "/alerts/", "/jobs/", "/account/security/",
    "/api/docs/", "/nowhere/", "/admin/", "/admin/system/", "/admin/posture/", "/admin/nowhere/",
)  # fmt: skip
# What the page itself hears of the policy, before anything of it is sent.
LISTEN = "addEventListener('securitypolicyviolation', event => (window.held ??= []).push(event.effectiveDirective))"


def admin_pages() -> Iterator[str]:
    """The list and the form of each model of the admin."""
    for model in admin.site._registry:
        for kind in ("changelist", "add"):
            try:
                yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{kind}")
            except NoReverseMatch:
                continue


@pytest.fixture
def client(live_portal: Any) -> Client:
    """Somebody who sees every page; one model has a version with hostile words."""
    from tests.accounts.people import make_user, sign_in

    user = make_user("keeper", "Security administrator")
    user.is_superuser = True
    user.save()
    make_version(make_model(user), user, tags={HOSTILE: HOSTILE}, metrics={HOSTILE: 1.0})
    return sign_in(Client(), user)


@pytest.fixture
def pages(client: Client) -> list[str]:
    """What there is to see; asked for without the browser, which takes long for a page that says no.

    Name it before the browser: while that is open, nothing else of the test may ask the database.
    """
    return [*PORTAL, *(where for where in admin_pages() if client.get(where).status_code == 200)]


@pytest.fixture
def person(live_portal: Any, client: Client, chromium: str, tmp_path: Path) -> Iterator[Person]:
    """The same in a browser."""
    morsel = client.cookies[settings.SESSION_COOKIE_NAME]
    with browser(chromium, live_portal.url, tmp_path) as somebody:
        somebody.page.context.add_cookies([{"name": morsel.key, "value": morsel.value, "url": live_portal.url}])
        somebody.page.add_init_script(LISTEN)
        yield somebody


def test_every_page_keeps_the_policy(pages: list[str], person: Person) -> None:
    """S4-42, S2-47: no violation on any page of portal, admin and interface, with hostile words on some of them."""
    assert len(pages) > 60
    for where in pages:
        answer = person.page.goto(person.url + where)
        assert answer is not None
        assert answer.status in {200, 403, 404}, (where, answer.status)
        person.page.wait_for_load_state("load")
        assert person.page.evaluate("window.held ?? []") == [], where
        assert person.page.title() != "ran", where
        row = person.page.locator("#result_list tbody th a").first
        if where.startswith("/admin/") and row.count():
            row.click()
            person.page.wait_for_load_state("load")
            assert person.page.evaluate("window.held ?? []") == [], person.page.url
    assert person.complaints == []


# Put off, so that it runs as the page's own script does and not as the test's, to which a browser allows more.
SMUGGLE = """async () => {
  const refused = [];
  const made = (text) => {
    const box = document.createElement("div");
    document.body.append(box);
    box.innerHTML = text;
  };
  const trials = [
    () => { document.createElement("script").src = "/static/js/theme.js"; },
    () => { document.createElement("script").textContent = "document.title='ran'"; },
    () => { setTimeout("document.title='ran'"); },
    () => { (0, eval)("document.title='ran'"); },
    () => { Function("document.title='ran'")(); },
  ];
  await new Promise((done) => setTimeout(() => {
    made("<img src='data:,' onerror=\\"document.title='ran'\\">");
    made("<a id=smuggled href=\\"javascript:document.title='ran'\\">x</a>");
    document.getElementById("smuggled").click();
    const range = document.createRange();
    range.selectNode(document.body);
    document.body.append(range.createContextualFragment("<script src='/static/js/theme.js'></" + "script>"));
    for (const trial of trials) {
      try { trial(); } catch (error) { refused.push(error.name); }
    }
    setTimeout(done, 500);
  }));
  return { refused, held: [...new Set(window.held)].sort(), title: document.title };
}"""


def test_what_is_smuggled_into_a_page_does_not_run(person: Person) -> None:
    """S4-42: neither inline, nor a file of the portal without the nonce, nor text as script."""
    person.go("/models/")
    tried = person.page.evaluate(SMUGGLE)
    assert tried["title"] != "ran"
    assert len(tried["refused"]) == 5, tried
    assert {"script-src-attr", "script-src-elem", "require-trusted-types-for"} <= set(tried["held"]), tried
