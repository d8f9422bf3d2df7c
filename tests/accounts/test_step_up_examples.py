"""The calls that the documents show for sensitive acts, sent as they stand, and what their pages say of a factor."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from accounts.services import issue_api_key
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from tests.accounts.people import make_user, sign_in

pytestmark = pytest.mark.django_db
HOWTO = Path(__file__).parents[2] / "docs" / "howto"
ASKED = {"secrets.md": "Security administrator"}
NOT_ASKED = {"alert-channels.md": "Data scientist", "answer-a-data-subject-request.md": "Compliance officer"}


def shown(page: str) -> tuple[str, Any]:
    """Address and body of the first call of a page."""
    text = (HOWTO / page).read_text(encoding="utf-8")
    (call,) = re.findall(r"^curl -H .*?^(?:curl|```)", text, re.MULTILINE | re.DOTALL)[:1]
    path = re.findall(r"/api/v1/[a-z-]+/", call)[0]
    return path, json.loads(re.findall(r"'\s*(\{.*\})'", call, re.DOTALL)[0])


@pytest.mark.parametrize("page", NOT_ASKED)
def test_what_a_key_does_as_it_is(page: str) -> None:
    """S4-12: the role of its owner is enough to open a request and to keep a channel."""
    path, body = shown(page)
    person = make_user("person", NOT_ASKED[page])
    _, key = issue_api_key(person, name="mine", scopes=["all"], days=1, actor=Actor.system("tests"))
    program = Client(headers={"Authorization": f"Bearer {key}"})
    done = program.post(path, body, content_type="application/json")
    assert done.status_code == 201, done.content


@pytest.mark.parametrize("page", ASKED)
def test_what_a_page_shows_works_as_it_says(page: str, client: Client, settings: Any) -> None:
    """S0-44: 401 with the address of a page; the person confirms there; the same call again is carried out."""
    path, body = shown(page)
    person = make_user("person", ASKED[page])
    _, key = issue_api_key(person, name="mine", scopes=["all"], days=1, actor=Actor.system("tests"))
    program = Client(headers={"Authorization": f"Bearer {key}"})
    refused = program.post(path, body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (401, "step_up.required")
    challenge = urlsplit(refused.json()["challenge_url"]).path
    assert b"mine" in sign_in(client, person).get(challenge).content
    assert client.post(challenge).status_code == 302
    done = program.post(path, body, content_type="application/json")
    assert done.status_code == 201, done.content
    assert AuditEvent.objects.filter(name="accounts.api_access.confirmed", actor_ref=str(person.pk)).count() == 1
    assert program.post(path, body, content_type="application/json").status_code in {201, 409}
