"""The clock of a request, looked at on the days on which somebody is reminded."""

import datetime as dt
import re
from typing import Final

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compliance.evidence.kpis import Kpi, kpis
from compliance.subjects import services
from compliance.subjects.models import SubjectRequest
from monitoring.alerts.posture import watch_controls
from monitoring.models.alerts import Alert
from tests.accounts.people import make_user, sign_in

from .cases import OFFICER, open_case

pytestmark = pytest.mark.django_db

# The first of a month of 31 days, so that a request is due 31 days later whenever this is run.
_LONG: Final = (1, 3, 5, 7, 8, 10, 12)


class Frozen:
    """The time that the portal reads: it stands still until it is set."""

    def __init__(self) -> None:
        moment = dt.datetime.now(dt.UTC).replace(day=1, hour=9, minute=0, second=0, microsecond=0)
        while moment < dt.datetime.now(dt.UTC) or moment.month not in _LONG:
            moment = (moment + dt.timedelta(days=32)).replace(day=1)
        self.start = self.moment = moment

    def now(self) -> dt.datetime:
        return self.moment

    def set(self, **since_start: float) -> None:
        self.moment = self.start + dt.timedelta(**since_start)


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> Frozen:
    own = Frozen()
    monkeypatch.setattr(timezone, "now", own.now)
    return own


def seen(request: SubjectRequest) -> list[str]:
    """The colour and words of the clock on the request's page and in the list, as an officer sees them now."""
    desk = sign_in(Client(), make_user("officer", "Compliance officer"))
    pages = [
        desk.get(reverse("admin:subjects_subjectrequest_change", args=[request.pk])).text,
        desk.get(reverse("admin:subjects_subjectrequest_changelist")).text,
    ]
    pill = re.compile(r'class="pill tone-(\w+)">(?:(?!class="pill).)*?<span>([^<]*(?:left|due)[^<]*)</span>', re.S)
    return [" ".join(found.group(1, 2)) if (found := pill.search(page)) else page for page in pages]


@pytest.mark.parametrize(
    ("day", "colour", "words", "severity"),
    [
        (7, "good", "24 days left", "medium"),
        (20, "good", "11 days left", "medium"),
        (25, "warn", "6 days left", "high"),
        (28, "warn", "3 days left", "critical"),
    ],
)
def test_colour_and_alert_on_each_day_of_reminders(
    frozen: Frozen, day: int, colour: str, words: str, severity: str
) -> None:
    """S4-127: an hour before the day there is no new alert; on the day there is one, and only one."""
    request = open_case()
    frozen.set(days=day, hours=-1)
    watch_controls()
    key = f"finding:subjects.clock:day{day}:{request.reference}"
    assert not Alert.objects.filter(key=key).exists()
    frozen.set(days=day)
    for _ in range(2):
        watch_controls()
    assert seen(request) == [f"{colour} {words}"] * 2
    [alert] = Alert.objects.filter(key__startswith="finding:subjects.clock:").exclude(state="resolved")
    assert (alert.key, alert.severity) == (key, severity)


def test_after_its_day_it_is_red_and_critical_and_its_end_is_quiet(frozen: Frozen) -> None:
    """S4-127: overdue is told beside the reminders; an answer ends every alert."""
    request = open_case()
    frozen.set(days=31, seconds=1)
    watch_controls()
    assert {word.split()[0] for word in seen(request)} == {"bad"}
    overdue = Alert.objects.get(key=f"finding:subjects.in_time:overdue:{request.reference}")
    assert overdue.severity == "critical"
    services.refuse(request, "Cannot be identified.", actor=OFFICER)
    watch_controls()
    assert not Alert.objects.filter(key__contains=request.reference).exclude(state="resolved").exists()


def test_the_tile_tells_median_and_p95_of_the_days(frozen: Frozen) -> None:
    """S4-127: of twenty answers after 1 to 20 days the median is 10.5 and 95 of 100 came within 19."""

    def tile() -> Kpi:
        return next(one for one in kpis() if one.key == "requests")

    made = [open_case(email=f"p{number}@example.org") for number in range(20)]
    for days, request in enumerate(made, 1):
        frozen.set(days=days)
        services.refuse(request, "Cannot be identified.", actor=OFFICER)
    assert (tile().value, tile().note, tile().tone) == ("10.5", "median days; 95 of 100 within 19.0; 0 overdue", "good")
    desk = sign_in(Client(), make_user("officer", "Compliance officer"))
    page = desk.get(reverse("admin:evidence")).text
    assert "10.5" in page
    assert "95 of 100 within 19.0" in page
