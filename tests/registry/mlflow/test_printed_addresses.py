"""The addresses that MLflow's client prints lead to pages of the portal, in a real browser."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.portal.browser import browser
from tests.registry.mlflow.test_tracking_screens import _tracked

pytestmark = [pytest.mark.live, pytest.mark.browser]


def test_what_the_client_prints_leads_to_the_page(live_portal: Any, chromium: str, pictures: Path) -> None:
    """By the part of the address that no server sees; what is no such address stays where it is, with its links."""

    from registry.tracking.models import Experiment
    from tests.accounts.people import make_user, sign_in
    from tests.registry.samples import make_model

    reader = make_user("reader", "Data scientist")
    run = _tracked(reader)
    experiment = Experiment.objects.get()
    model = make_model(reader, "arrival-delay")
    morsel = sign_in(Client(), reader).cookies[settings.SESSION_COOKIE_NAME]
    run_id = run.rstrip("/").rsplit("/", 1)[-1]
    number = experiment.number
    leads = {
        f"#/experiments/{number}/runs/{run_id}": run,
        f"#/experiments/{number}/runs/{run_id}/artifacts?x=1": run,
        f"#/experiments/{number}": experiment.get_absolute_url(),
        f"#/experiments/{number}/models/m-{'0' * 32}": experiment.get_absolute_url(),
        "#/models/arrival-delay": model.get_absolute_url(),
        "": "/mlflow/",
        "#/experiments/1/../../admin/": "/experiments/1/",
        "#//elsewhere.example/": "/mlflow/",
        "#/models/..%2Fadmin": "/mlflow/",
        "#javascript:alert(1)": "/mlflow/",
    }
    with browser(chromium, live_portal.url, pictures) as person:
        person.page.context.add_cookies([{"name": morsel.key, "value": morsel.value, "url": live_portal.url}])
        for said, leads_to in leads.items():
            person.page.goto("about:blank")
            person.page.goto(f"{live_portal.url}/mlflow/{said}")
            person.page.wait_for_url(f"**{leads_to}" if leads_to != "/mlflow/" else f"**/mlflow/{said}")
        assert person.complaints == []
    for dark, width in ((False, 1280), (True, 390)):
        with browser(chromium, live_portal.url, pictures, dark=dark, width=width) as stranger:
            stranger.page.goto(f"{live_portal.url}/mlflow/")
            stranger.picture(f"mlflow-{width}", whole=True)
            stranger.page.get_by_role("link", name="Experiments and runs").click()
            stranger.page.wait_for_url("**/sign-in/**")
            stranger.page.goto(f"{live_portal.url}/mlflow/#/experiments/{number}")
            stranger.page.wait_for_url(f"**/sign-in/?next=/experiments/{number}/")
            assert stranger.complaints == []


def test_the_page_says_nothing_of_what_is_in_the_portal(db: None) -> None:
    """Whoever is signed out sees two links; programs are not led anywhere."""
    from tests.accounts.people import make_user
    from tests.registry.mlflow.conftest import Wire, issue_key

    page = Client().get("/mlflow/")
    assert page.status_code == 200
    assert b'href="/experiments/"' in page.content
    assert Client().post("/mlflow/").status_code == 405
    client = Wire(issue_key(make_user("scientist", "Data scientist")))
    assert client.get("nothing", under="")[1]["error_code"] == "ENDPOINT_NOT_FOUND"
