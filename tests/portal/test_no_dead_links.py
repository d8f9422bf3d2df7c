"""What the portal shows of itself can be opened by whoever it is shown to, whatever their role."""

import re

import pytest
from django.test import Client

from accounts.roles import ROLES
from tests.accounts.people import make_user, sign_in

PEOPLE = [name for name, role in ROLES.items() if not role.service]


@pytest.mark.django_db
@pytest.mark.parametrize("role", PEOPLE)
def test_the_overview_leads_nowhere_that_is_refused(role: str) -> None:
    """Navigation, tiles, cards and the account's menu: no link answers 403 or 404."""
    client = sign_in(Client(), make_user("person", role))
    found = sorted(set(re.findall(r'href="(/[^"#]*)"', client.get("/").content.decode())))
    assert "/jobs/" in found
    links = [link for link in found if not link.startswith("/static/")]
    answers = {link: client.get(link).status_code for link in links}
    assert {link for link, status in answers.items() if status >= 400} == set()
