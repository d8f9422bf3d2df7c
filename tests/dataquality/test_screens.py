"""The pages of data quality in a real browser: light, dark and on a narrow screen."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from django.test import Client

from modelops.jobs.models import Job
from tests.accounts.people import make_user, sign_in
from tests.dataquality.datasets import Api, stored
from tests.portal.browser import browser

pytestmark = [pytest.mark.live, pytest.mark.browser]
RANDOM = np.random.default_rng(5)


def done() -> None:
    """Until the worker has done all jobs."""
    end = time.monotonic() + 120
    while Job.objects.unfinished().exists():
        assert time.monotonic() < end
        time.sleep(0.1)


def fill() -> dict[str, str]:
    """Two versions of a dataset with runs that find something; the pages with their names."""
    api = Api(make_user("pipeline", "Pipeline"))
    runs = []
    for number, missing in enumerate((0.02, 0.2), start=1):
        gone = RANDOM.random(400) < missing
        amounts = np.where(RANDOM.random(400) < 0.02, 5000.0, RANDOM.normal(40 * number, 5, 400).round(2))
        columns: dict[str, Any] = {
            "amount": [None if none else float(amount) for none, amount in zip(gone, amounts, strict=True)],
            "channel": RANDOM.choice(["web", "Web", "shop", "phone"], 400).tolist(),
            "mail": [f"person{place}@example.org" for place in range(400)],
            "source": ["portal"] * 400,
            "quantity": RANDOM.integers(1, 30, 400).tolist(),
        }
        stored("orders", columns)
        runs.append(api.post("/api/v1/quality-runs/", {"dataset": "orders", "version": number}).json()["id"])
        done()
    newest = f"/quality/{runs[-1]}/"
    return {
        "/datasets/orders/": "dataset",
        "/datasets/orders/versions/2/": "version",
        "/datasets/orders/schema/": "schema",
        newest: "run",
        f"{newest}issues/1/": "issue",
        f"{newest}comparison/": "comparison",
        "/quality/datasets/orders/": "trend",
        "/quality/datasets/orders/rules/": "rules",
        "/quality/": "runs",
    }


def test_the_pages_of_quality_fit_every_screen(live_portal: Any, chromium: str, pictures: Path) -> None:
    """S3-33: dataset, version, schema, run, issue, comparison, trend and rules."""
    pages = fill()
    morsel = sign_in(Client(), make_user("scientist", "Data scientist")).cookies[settings.SESSION_COOKIE_NAME]
    with browser(chromium, live_portal.url, pictures) as person:
        page = person.page
        page.context.add_cookies([{"name": morsel.key, "value": morsel.value, "url": live_portal.url}])
        for path, name in pages.items():
            page.emulate_media(color_scheme="light")
            page.set_viewport_size({"width": 1280, "height": 900})
            person.go(path)
            page.wait_for_load_state("networkidle")
            person.picture(f"quality-{name}", whole=True)
            page.emulate_media(color_scheme="dark")
            page.set_viewport_size({"width": 420, "height": 900})
            person.picture(f"quality-{name}-narrow", whole=True)
            assert person.fits(420), name
        assert person.complaints == []
