"""Experiments and runs in a real browser: light, dark and narrow."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.portal.browser import browser

pytestmark = [pytest.mark.live, pytest.mark.browser]


def _tracked(user: Any) -> str:
    """An experiment with a long name, and the address of a run with one of everything."""
    from accounts.actors import actor_of
    from registry.tracking.services import experiments, logging, runs
    from registry.tracking.services.inputs import GivenDataset, add_inputs

    actor = actor_of(user)
    row = experiments.create_experiment(f"/team/{'arrivals/' * 12}", {"team": "risk"}, actor=actor)
    run = runs.start_run(
        row, "a-run-with-a-name", 1_700_000_000_000, {"mlflow.source.name": "train/" * 30}, actor=actor
    )
    measured = [logging.Measured(f"metric_{at}_on_the_held_out_months", 0.1 * at, at, at) for at in range(6)]
    logging.log(run, metrics=measured, parameters={f"p{at}": "value/" * 30 for at in range(4)}, actor=actor)
    add_inputs(run, [GivenDataset("flights-of-the-last-year", "bf8e4a69", "code", "{}")], user=user, actor=actor)
    runs.change_run(run, status="FINISHED", ended_ms=1_700_000_500_000, actor=actor)
    return str(run.get_absolute_url())


def test_pages_hold_together_in_every_light_and_width(live_portal: Any, chromium: str, pictures: Path) -> None:
    """No complaint of the browser, and nothing wider than the window."""
    from registry.tracking.models import Experiment
    from tests.accounts.people import make_user, sign_in

    reader = make_user("reader", "Data scientist")
    shown = _tracked(reader)
    pages = {"experiments": "/experiments/", "runs": Experiment.objects.get().get_absolute_url(), "run": shown}
    morsel = sign_in(Client(), reader).cookies[settings.SESSION_COOKIE_NAME]
    for dark, width in ((False, 1280), (True, 390)):
        with browser(chromium, live_portal.url, pictures, dark=dark, width=width) as person:
            person.page.context.add_cookies([{"name": morsel.key, "value": morsel.value, "url": live_portal.url}])
            for name, address in pages.items():
                person.go(address)
                person.picture(f"tracking-{name}-{width}", whole=True)
                wide = person.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
                assert wide <= 0, f"{name} is {wide} pixels wider than a window of {width}"
            assert person.complaints == []
