"""The pages of monitoring in a real browser: light, dark and on a narrow screen."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from compliance.audit import Actor
from compliance.subjects.providers import Subject
from modelops.jobs.models import Job
from monitoring.models import DriftRun
from monitoring.predictions.models import GroupPolicy
from monitoring.predictions.tasks import compute
from registry.models import RegisteredModel
from registry.people.exclusion import exclude
from tests.accounts.people import make_user, sign_in
from tests.monitoring.monitors.test_segments import segmented
from tests.monitoring.predictions.sending import MODEL, a_version, ago, send
from tests.monitoring.predictions.test_performance import tell
from tests.monitoring.series.test_points import tell as tell_points
from tests.portal.browser import browser

pytestmark = [pytest.mark.live, pytest.mark.browser]


def done() -> None:
    """Until the worker has done all jobs."""
    end = time.monotonic() + 240
    while Job.objects.unfinished().exists():
        assert time.monotonic() < end
        time.sleep(0.1)


def fill() -> dict[str, str]:
    """A monitor with history and segments, predictions with labels, and metrics; the pages with their names."""
    api, monitor = segmented(0, 0.1, 0.6, done=done, every_s=3600)
    a_version()
    GroupPolicy.objects.create(model=RegisteredModel.objects.get(name=MODEL), features=["sex"], favourable="1")
    chance = random.Random(4)  # noqa: S311  repeatable, not secret
    rows = [
        {
            "id": f"r{number}", "at": ago(hours=2 + number % 40), "features": {"sex": "fm"[number % 2]},
            "prediction": number % 2, "probability": 0.8, "latency_ms": chance.lognormvariate(3, 0.5),
        }
        for number in range(400)
    ]  # fmt: skip
    with transaction.atomic():
        exclude(Subject(ref="erased"), reference="DSR-1", actor=Actor.system("tests"))
    assert send(api, [*rows, {"prediction": 1, "subject": "erased"}]).json()["set_aside"] == 1
    tell(api, [{"id": f"r{number}", "label": number % 2} for number in range(200)])
    points = [{"name": "accuracy", "value": 0.9 - number / 100, "at": ago(hours=number)} for number in range(1, 12)]
    assert tell_points(api, points).status_code == 201
    compute()
    run = DriftRun.objects.latest("created_at")
    return {
        f"/drift/monitors/{monitor['id']}/?feature=amount": "monitor",
        "/drift/monitors/new/": "monitor-new",
        f"/drift/monitors/{monitor['id']}/policy/": "monitor-policy",
        f"/drift/{run.pk}/": "drift-run",
        f"/models/{MODEL}/performance/": "performance",
        f"/models/{MODEL}/metrics/": "metrics",
        f"/models/{MODEL}/versions/1/": "version",
    }


def test_the_pages_of_monitoring_fit_every_screen(live_portal: Any, chromium: str, pictures: Path) -> None:
    """S3-51, S2-59, S2-55, S2-42: monitor, run, performance, metrics and the report that is one file."""
    pages = fill()
    user = sign_in(Client(), make_user("viewing"))
    morsel = user.cookies[settings.SESSION_COOKIE_NAME]
    report = user.get(f"/drift/{DriftRun.objects.latest('created_at').pk}/report/").content.decode()
    with browser(chromium, live_portal.url, pictures) as person:
        page = person.page
        page.context.add_cookies([{"name": morsel.key, "value": morsel.value, "url": live_portal.url}])
        for path, name in [*pages.items(), ("", "report")]:
            page.emulate_media(color_scheme="light")
            page.set_viewport_size({"width": 1280, "height": 900})
            if path:
                person.go(path)
            else:
                page.goto("about:blank")  # no page of the portal: it would take no document as a text
                page.set_content(report)
            person.picture(f"monitoring-{name}", whole=True)
            page.emulate_media(color_scheme="dark")
            person.picture(f"monitoring-{name}-dark", whole=True)
            page.set_viewport_size({"width": 420, "height": 900})
            person.picture(f"monitoring-{name}-narrow", whole=True)
            assert person.fits(420), path or name
        assert person.complaints == []
