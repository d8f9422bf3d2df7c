"""The running portal works as the role that can only add to its ledger; an officer searches it in a browser."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from compliance.audit.models import AuditEvent
from tests.portal.browser import browser

pytestmark = [pytest.mark.live, pytest.mark.browser]


def roles_at_work() -> set[str]:
    """The roles of all connections to the test's database but this test's own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = current_database() AND usename IS NOT NULL"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return {name for (name,) in cursor.fetchall()}


def test_web_and_worker_work_as_the_application_and_an_officer_finds_what_they_did(
    live_portal: Any, chromium: str, pictures: Path
) -> None:
    """S3-24, S3-23, S3-22: a model is registered through the API; the browser of the ledger shows it with its diff."""
    from accounts.actors import actor_of
    from accounts.services.api_keys import issue_api_key
    from tests.accounts.people import make_user, sign_in

    user, officer = make_user("scientist", "Data scientist"), make_user("officer", "Compliance officer")
    _, secret = issue_api_key(user, name="test", scopes=["all"], days=1, actor=actor_of(user))
    headers = {"Authorization": f"Bearer {secret}"}
    with httpx.Client(base_url=f"{live_portal.url}/api/v1/", headers=headers, timeout=60, trust_env=False) as client:
        answer = client.post("models/", json={"name": "churn-eu", "task_type": "binary_classification"})
        assert answer.status_code == 201, answer.text
    assert roles_at_work() == {"modelops"}
    row = AuditEvent.objects.get(name="registry.model.registered")
    [change] = row.details["diff"]
    assert (change["model"], change["operation"]) == ("registry.registeredmodel", "insert")
    assert change["rows"][0]["changes"]["name"] == [None, "churn-eu"]
    assert row.target_label == "churn-eu"
    assert not AuditEvent.objects.filter(name="watching.rows.changed", target_type="registry.registeredmodel").exists()

    morsel = sign_in(Client(), officer).cookies[settings.SESSION_COOKIE_NAME]
    cookie = {"name": morsel.key, "value": morsel.value, "url": live_portal.url}
    for name, dark, width in (("light", False, 1440), ("dark", True, 1440), ("narrow", False, 420)):
        with browser(chromium, live_portal.url, pictures, dark=dark, width=width) as person:
            person.page.context.add_cookies([cookie])
            person.go("/admin/audit/auditevent/")
            person.page.get_by_text("Search by field").click()
            person.page.get_by_label("Words in the details").fill("churn-eu")
            person.page.locator(".ledger-search input[type=submit]").click()
            person.page.locator("#result_list tbody tr").first.wait_for()
            assert person.page.locator("#result_list tbody tr").count() == 1
            person.page.get_by_role("link", name="Model", exact=True).click()
            assert "churn-eu" in person.page.locator("#result_list").inner_text()
            person.picture(f"ledger-{name}", whole=True)
            assert person.complaints == []
