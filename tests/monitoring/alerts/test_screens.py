"""The pages of alerting in a real browser: light, dark and on a narrow screen."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from monitoring.alerts import services
from monitoring.alerts.on_call.services import cover, create_rota
from monitoring.alerts.policy.services import create_chain, create_silence
from monitoring.models import AlertDelivery
from monitoring.models.alerts import Severity
from monitoring.series.models import Point
from monitoring.series.models import Series as Line
from registry.models import RegisteredModel
from tests.accounts.people import make_user, sign_in
from tests.monitoring.alerts.factories import ACTOR, make_channel
from tests.portal.browser import browser
from tests.receivers import HttpReceiver

pytestmark = [
    pytest.mark.live,
    pytest.mark.browser,
    pytest.mark.usefixtures("private_receivers"),
]


def _fill(url: str) -> str:
    """Something of everything; returns the address of an alert's page."""
    scientist, engineer = make_user("scientist"), make_user("engineer", "ML engineer")
    channel = make_channel("ops-hook", url, minimum_severity=Severity.HIGH)
    create_chain("night", [(channel, 900)], actor=ACTOR)
    ends = timezone.now() + timedelta(hours=3)
    matchers = [
        {"field": "key", "op": "like", "value": "planned:*"},
        {"field": "severity", "op": "is_not", "value": "critical"},
    ]
    create_silence("Planned work on the cluster", matchers, ends_at=ends, actor=ACTOR)
    yesterday = timezone.now().date() - timedelta(days=1)
    rota = create_rota("data-team", [scientist, engineer], starts_on=yesterday, actor=ACTOR)
    cover(rota, engineer, timezone.now() + timedelta(days=1), timezone.now() + timedelta(days=2), actor=ACTOR)
    model = RegisteredModel.objects.create(name="delay", task_type="regression")
    now = timezone.now()
    line = Line.objects.create(model=model, name="accuracy", last_at=now, last_value=0.9)
    values = [0.9, 0.91, 0.89, 0.78, 0.74, 0.77, 0.88, 0.92, 0.9, 0.91]
    Point.objects.bulk_create(
        [
            Point(series=line, at=now - timedelta(hours=10 - number), value=value, received_at=now)
            for number, value in enumerate(values)
        ]
    )
    reports = [
        services.Report("delay:accuracy", "Accuracy of delay is 0.71", Severity.HIGH, {"accuracy": 0.71, "limit": 0.8}),
        services.Report("disk:store", "The store of artifacts is nearly full", Severity.CRITICAL, {"free_gb": 2}),
        services.Report("planned:restart", "A worker restarts", Severity.LOW),
        services.Report("import:flights", "An import took longer than usual", Severity.MEDIUM),
    ]
    alert, full, *_ = services.report_many(reports, actor=ACTOR)
    services.take_over(full, scientist, actor=ACTOR)
    services.comment(alert, "The sensor of gate 4 was replaced; looking into it.", actor=ACTOR)
    return alert.get_absolute_url()


def test_the_pages_of_alerting_fit_every_screen(
    live_portal: Any, chromium: str, pictures: Path, http_receiver: HttpReceiver
) -> None:
    """S3-56, S3-59, S2-45: inbox, alert, rule editor, channels with their log, silences, escalations, on call."""
    http_receiver.statuses = [410, 500]
    detail = _fill(f"{http_receiver.url}/in")
    http_receiver.wait_for(2)
    user = sign_in(Client(), make_user("viewing"))
    morsel = user.cookies[settings.SESSION_COOKIE_NAME]
    channel = AlertDelivery.objects.exclude(channel=None).first().channel
    pages = {
        "/alerts/": "inbox",
        detail: "alert",
        "/alerts/rules/new/metric/": "rule",
        "/alerts/silences/": "silences",
        "/alerts/escalations/": "escalations",
        "/alerts/on-call/": "on-call",
        "/alerts/channels/": "channels",
        f"/alerts/channels/{channel.pk}/": "channel-log",
        f"/alerts/channel-texts/{channel.pk}/": "channel-texts",
        "/alerts/channels/new/email/": "channel-new",
    }
    with browser(chromium, live_portal.url, pictures) as person:
        page = person.page
        page.context.add_cookies([{"name": morsel.key, "value": morsel.value, "url": live_portal.url}])
        for path, name in pages.items():
            page.emulate_media(color_scheme="light")
            page.set_viewport_size({"width": 1280, "height": 900})
            person.go(path)
            if name == "rule":
                given = {"name": "low", "params_model": "delay", "params_metric": "accuracy", "threshold": "0.8"}
                for field, value in given.items():
                    page.locator(f"[name={field}]").fill(value)
                page.locator("select[name=operator]").select_option("below")
                page.get_by_role("button", name="Try it").click()
                page.get_by_text("would have opened within thirty days").wait_for()
            if name == "channel-texts":
                page.locator("[name=opened_title]").fill("{severity.upper} {alert.titel}")
                page.locator("#preview").get_by_text("the nearest is {alert.title}").wait_for()
                page.locator("[name=opened_title]").fill("{severity.upper} now: {alert.title}")
                page.locator("#preview").get_by_text("HIGH now: Accuracy of a sample model").wait_for()
                page.locator("#preview").get_by_text("the nearest is").wait_for(state="detached")
            person.picture(f"alerts-{name}", whole=True)
            page.emulate_media(color_scheme="dark")
            person.picture(f"alerts-{name}-dark", whole=True)
            page.set_viewport_size({"width": 420, "height": 900})
            person.picture(f"alerts-{name}-narrow", whole=True)
            assert person.fits(420), path
        assert person.complaints == []
