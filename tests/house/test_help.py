"""Every page of the administration leads to the help that is about it."""

import re

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from modelops.helping import ELSEWHERE, help_url, pages
from tests.accounts.people import make_user, sign_in

pytestmark = pytest.mark.django_db
OWN = ("index", "posture", "evidence", "checklist", "ledger", "system")


def test_every_admin_page_links_to_its_help_and_every_link_leads_somewhere() -> None:
    """S1-43: lists of every model and the pages of their own, with the how-to that belongs to them."""
    officer = sign_in(Client(), make_user("officer", "Compliance officer"))
    lists = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") for model in admin.site._registry
    ]
    targets = {address: help_url(address) for address in [*lists, *(reverse(f"admin:{name}") for name in OWN)]}
    assert {address for address, target in targets.items() if target.endswith(f"/{ELSEWHERE}/")} <= {
        reverse("admin:system"), reverse("admin:jobs_job_changelist"), reverse("admin:jobs_scheduleentry_changelist"),
    }  # fmt: skip
    seen = 0
    for address, target in targets.items():
        answer = officer.get(address, follow=True)
        if answer.status_code == 200:
            seen += 1
            assert f'href="{target}"' in answer.content.decode(), address
    assert seen > 20
    for target in set(targets.values()) | {reverse("admin:help", args=[name]) for name in pages()}:
        page = officer.get(target)
        assert page.status_code == 200, target
        assert "|---" not in page.content.decode(), target
        for link in re.findall(r'href="(/admin/help/[^"#]+)', page.content.decode()):
            assert link.rstrip("/").rpartition("/")[2] in pages()
    assert officer.get(reverse("admin:help", args=["nothing"])).status_code == 404
