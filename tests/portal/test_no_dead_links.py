"""What the portal shows of itself can be opened by whoever it is shown to, whatever their role."""

import html
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
    found = links_of(client, "/")
    assert "/jobs/" in found
    answers = {link: client.get(link).status_code for link in sorted(found)}
    assert {link for link, status in answers.items() if status >= 400} == set()


@pytest.mark.django_db
@pytest.mark.parametrize("role", [name for name in PEOPLE if ROLES[name].staff])
def test_the_admin_offers_only_what_may_be_opened(role: str) -> None:
    """The pages of posture and evidence tell of rooms that not everybody has the key to."""
    client = sign_in(Client(), make_user("person", role))
    offered = links_of(client, "/admin/")  # Django's own list, by permissions
    told = {
        link for page in ("posture", "evidence", "evidence/checklist") for link in links_of(client, f"/admin/{page}/")
    }
    answers = {link: client.get(link).status_code for link in sorted(told - offered)}
    assert answers or client.get("/admin/posture/").status_code == 403
    assert {link for link, status in answers.items() if status >= 400} == set()


def links_of(client: Client, page: str) -> set[str]:
    """Of the portal itself; nothing of a page that is refused."""
    answer = client.get(page)
    if answer.status_code != 200:
        return set()
    found = re.findall(r'href="(/[^"#]*)"(?! download)', answer.content.decode())
    return {html.unescape(link) for link in found if not link.startswith("/static/")}
