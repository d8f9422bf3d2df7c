"""A form that was typed for longer than a second factor holds is sent once the person has confirmed."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django import forms
from django.test import Client

from accounts import kept_forms
from accounts.models import Session
from accounts.services.step_up import CONFIRMED_KEY
from accounts.workload.models import TrustedIssuer
from compliance.audit.streaming.sinks import sinks
from modelops.secret_store.models import StoredSecret
from monitoring.alerts.channels import channels
from monitoring.models.alerts import AlertChannel
from tests.accounts.conftest import Clock
from tests.accounts.issuers import AUDIENCE, JobIssuer
from tests.accounts.people import code_of, confirm, make_user, sign_in_earlier

pytestmark = pytest.mark.django_db
ISSUER, CHANNEL = "/admin/workload/trustedissuer/add/", "/alerts/channels/new/webhook/"
WORDS = "a webhook of the team that took very long to think about"


class Browser:
    """A client whose forms carry the token against forged requests, as those of a browser do."""

    def __init__(self, role: str) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.user = make_user("somebody", role)
        sign_in_earlier(self.client, self.user)

    def open(self, path: str) -> str:
        """The page of a form, opened with a fresh factor that is too old when the form is sent."""
        confirm(self.client)
        page = self.client.get(path).content.decode()
        session = self.client.session
        session[CONFIRMED_KEY] -= 301
        session.save()
        return page

    def send(self, path: str, page: str, typed: dict[str, Any], **headers: str) -> Any:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None
        return self.client.post(
            path, {**typed, "csrfmiddlewaretoken": token[1]}, headers={"Referer": f"http://testserver{path}", **headers}
        )

    def confirmed(self, answer: Any) -> str:
        """The page after a code was shown."""
        assert answer.status_code == 302
        asking = self.client.get(answer["Location"])
        led = self.send(answer["Location"], asking.content.decode(), {"code": code_of(self.user)})
        self.address = led["Location"]
        return self.client.get(self.address).content.decode()

    def send_kept(self, page: str, **more: Any) -> Any:
        """Press the button of the page that shows what was typed."""
        form = re.search(r'<form method="post" class="form" action="([^"]+)">(.*?)</form>', page, re.DOTALL)
        assert form is not None
        typed: dict[str, list[str]] = {}
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[2]):
            typed.setdefault(unescape(name), []).append(unescape(value))
        typed.pop("csrfmiddlewaretoken")
        return self.send(unescape(form[1]), page, {**typed, **more})


@pytest.fixture
def ci(settings: Any) -> Iterator[JobIssuer]:
    """A CI system on this machine."""
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = True
    issuer = JobIssuer().start()
    yield issuer
    issuer.stop()


def test_a_form_of_the_admin_is_sent_after_confirming(ci: JobIssuer) -> None:
    """ASVS 14.3.3: nothing is kept in the browser; what was typed is shown, and sent by the person, once."""
    guard = Browser("Security administrator")
    typed = {"name": "ci <b>", "issuer": ci.address, "audience": AUDIENCE, "algorithms": ["ES256", "RS256"]}
    page = guard.confirmed(guard.send(ISSUER, guard.open(ISSUER), typed))
    assert "nothing has been done yet" in page
    assert "<dd>ci &lt;b&gt;</dd>" in page
    assert "<dd>ES256<br>RS256</dd>" in page
    assert not TrustedIssuer.objects.exists()
    again = guard.send_kept(page, name="ci")
    assert again.status_code == 302, again.content.decode()
    made = TrustedIssuer.objects.get()
    assert (made.issuer, made.algorithms) == (ci.address, ["ES256", "RS256"])
    gone = guard.client.get(guard.address)
    assert gone.status_code == 404
    assert "no longer kept" in gone.content.decode()


def test_a_form_of_the_portal_asks_for_its_secrets_again() -> None:
    """Neither the session nor a page has what was typed into a secret field."""
    scientist = Browser("Data scientist")
    typed = {"name": "team", "minimum_severity": "high", "timezone": "Europe/Vienna", "url": "https://1.1.1.1/hook-x",
             "secret": "s3cret-of-the-hook", "quiet_from": ""}  # fmt: skip
    asked = scientist.send(CHANNEL, scientist.open(CHANNEL), typed)
    noted = scientist.client.get(asked["Location"]).content.decode()
    assert "What you typed is kept" in noted
    assert "Not kept, because it is secret: Url, Secret." in noted
    assert f'href="http://testserver{CHANNEL}"' in noted  # Cancel leads to the form
    page = scientist.confirmed(asked)
    assert "Europe/Vienna" in page
    stored = str(dict(scientist.client.session))
    for secret in ("hook-x", "s3cret-of-the-hook"):
        assert secret not in page
        assert secret not in stored
    assert set(re.findall(r'<input type="password" id="[^"]+" name="(\w+)" [^>]*required>', page)) == {"url", "secret"}
    back = scientist.send_kept(page, secret="s3cret-of-the-hook")
    assert back.status_code == 422
    assert 'value="Europe/Vienna"' in back.content.decode()
    assert not AlertChannel.objects.exists()
    made = scientist.send_kept(page, url="https://1.1.1.1/hook-x", secret="s3cret-of-the-hook")
    assert made.status_code == 302, made.content.decode()
    assert AlertChannel.objects.get().name == "team"
    assert kept_forms.SESSION_KEY not in scientist.client.session


def test_the_value_of_a_stored_secret_is_not_kept() -> None:
    guard = Browser("Security administrator")
    path = "/admin/secret_store/storedsecret/add/"
    page = guard.confirmed(
        guard.send(path, guard.open(path), {"name": "n", "purpose": WORDS, "value": "hush-hush\nline"})
    )
    assert WORDS in page
    assert re.search(r'<textarea [^>]*name="value"', page)  # a field of one line would join the lines of a key
    assert "hush-hush" not in page + str(dict(guard.client.session))
    assert not StoredSecret.objects.exists()


def test_it_is_sealed_in_its_session_and_gone_after_fifteen_minutes(clock: Clock) -> None:
    scientist = Browser("Data scientist")
    asked = scientist.send(CHANNEL, scientist.open(CHANNEL), {"name": WORDS})
    kept = scientist.client.session[kept_forms.SESSION_KEY]
    assert WORDS in str(kept)
    assert WORDS.encode() not in b"".join(bytes(row.sealed_payload) for row in Session.objects.all())
    page = scientist.confirmed(asked)
    assert WORDS in page
    stranger = Client()
    sign_in_earlier(stranger, make_user("other"))
    assert stranger.get(scientist.address).status_code == 404
    clock.forward(minutes=15, seconds=1)
    assert scientist.client.get(scientist.address).status_code == 404
    assert kept_forms.SESSION_KEY not in scientist.client.session


def test_a_factor_that_ran_out_again_loses_nothing_either() -> None:
    scientist = Browser("Data scientist")
    page = scientist.confirmed(scientist.send(CHANNEL, scientist.open(CHANNEL), {"name": WORDS}))
    session = scientist.client.session
    session[CONFIRMED_KEY] -= 301
    session.save()
    asked = scientist.send_kept(page)
    assert asked["Location"].startswith("/account/confirm/?next=%2Faccount%2Fconfirm%2Fkept%2F")
    assert WORDS in scientist.client.get("/".join(["/account/confirm/kept", _newest(scientist), ""])).content.decode()


def test_only_forms_of_persons_are_kept_and_only_the_newest() -> None:
    """Nothing of a forged request, of a script, of a button alone or beyond the bounds; the code is asked for still."""
    scientist = Browser("Data scientist")
    page = scientist.open(CHANNEL)
    assert scientist.client.post(CHANNEL, {"name": WORDS}).status_code == 403
    refused = [
        scientist.send(CHANNEL, page, {"name": WORDS}, **{"HX-Request": "true"}),
        scientist.send(CHANNEL, page, {"name": WORDS}, **{"Sec-Fetch-Mode": "cors"}),
        scientist.send(CHANNEL, page, {"name": "x" * kept_forms.MAX_BYTES}),
        scientist.send(CHANNEL, page, {}),
    ]
    assert {answer["Location"].partition("?")[0] for answer in refused} == {"/account/confirm/"}
    assert not any("kept" in answer["Location"] for answer in refused)
    assert kept_forms.SESSION_KEY not in scientist.client.session
    for number in range(5):
        assert "kept" in scientist.send(CHANNEL, page, {"name": f"{WORDS} {number}"})["Location"]
    kept = scientist.client.session[kept_forms.SESSION_KEY]
    assert [dict(one[4])["name"][0][-1] for one in kept] == ["2", "3", "4"]


def _newest(browser: Browser) -> str:
    return str(browser.client.session[kept_forms.SESSION_KEY][-1][0])


def _forms(above: type[forms.BaseForm]) -> Iterator[type[forms.BaseForm]]:
    for one in above.__subclasses__():
        yield one
        yield from _forms(one)


def test_no_secret_field_of_any_form_is_kept() -> None:
    """Each field that hides what is typed, and each setting of a channel or receiver that is declared secret."""
    Client().get("/sign-in/")  # every form is imported with the routes
    hidden = {
        (name, "")
        for form in _forms(forms.BaseForm)
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field.widget, forms.PasswordInput)
    }
    for _, kind in channels.items():
        hidden |= {(one.name, "alerts/channels/new/") for one in kind.fields if one.secret}
    for _, sink in sinks.items():
        hidden |= {(one.name, "admin/audit_streaming/receiver/add/") for one in sink.fields if one.is_secret}
    assert len(hidden) > 10
    assert sorted(one for one in hidden if not kept_forms.is_secret(*one)) == []
