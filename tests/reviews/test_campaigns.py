"""Once a quarter every standing right is kept or withdrawn, and what is withdrawn is gone at once."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import actor_of
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from compliance.evidence.kpis import kpis
from compliance.reviews import services
from compliance.reviews.models import AccessReview, ReviewLine
from compliance.reviews.posture import in_time
from compliance.reviews.rights import standing_rights
from compliance.reviews.tasks import open_campaign
from modelops.jobs import schedule
from modelops.lib.errors import Conflict
from registry.grants.models import Grant
from registry.grants.services import give
from tests.accounts.people import make_user
from tests.accounts.people import sign_in_earlier as sign_in
from tests.registry.samples import make_model

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("tests")


@pytest.fixture
def officer() -> Any:
    return make_user("officer", "Compliance officer")


@pytest.fixture
def desk(officer: Any) -> Client:
    return sign_in(Client(), officer)


def campaign() -> AccessReview:
    return services.open_campaign(services.quarter_of(timezone.now()), actor=ACTOR)


def line_of(review: AccessReview, holder: Any) -> ReviewLine:
    return review.lines.get(holder_ref=str(holder.pk))


def decide(desk: Client, line: ReviewLine, decision: str, note: str = "Left the team.") -> Any:
    address = reverse("admin:reviews_accessreview_decide", args=[line.review_id, line.pk])
    return desk.post(address, {"decision": decision, "note": note}, follow=True)


def test_the_clock_opens_one_campaign_a_quarter_with_every_right(officer: Any) -> None:
    """S4-116: it opens by itself; a sample of the same month is another review."""
    for number in range(5):
        make_user(f"scientist_{number}", "Data scientist")
    assert "reviews.open_campaign" in schedule.names()
    assert open_campaign()
    assert not open_campaign()
    review = AccessReview.objects.get()
    assert set(review.lines.values_list("about_ref", flat=True)) == {right.key for right in standing_rights()}
    assert review.lines.count() == review.rights >= 6
    services.open_review(review.month, actor=ACTOR)
    assert [services.quarter_of(dt.datetime(2026, month, 7, tzinfo=dt.UTC)).month for month in (1, 3, 4, 9, 12)] == [
        1, 1, 4, 7, 10,
    ]  # fmt: skip


def test_a_withdrawn_role_is_gone_with_the_next_request(desk: Client, officer: Any) -> None:
    """S4-116: keep or revoke takes effect at once, driven in the admin."""
    scientist = make_user("scientist", "Data scientist")
    browser = sign_in(Client(), scientist)
    assert browser.get("/models/").status_code == 200
    review = campaign()
    line = line_of(review, scientist)
    page = desk.get(reverse("admin:reviews_accessreview_change", args=[review.pk])).text
    assert "an account with the role Data scientist" in page
    assert "gone at once" in page
    assert decide(desk, line, "withdraw").status_code == 200
    assert browser.get("/models/").status_code != 200
    assert not scientist.groups.exists()
    line.refresh_from_db()
    assert line.withdrawn_at is not None
    changed = AuditEvent.objects.get(name="accounts.role.changed")
    assert (changed.actor_ref, changed.details["before"], changed.details["after"]) == (
        str(officer.pk), "Data scientist", "none",
    )  # fmt: skip
    with pytest.raises(Conflict, match="taken away"):
        services.decide(line, "keep", "", actor=actor_of(officer))


def test_a_withdrawn_grant_is_gone_and_a_kept_one_stays(desk: Client) -> None:
    """S4-116"""
    owner, guest, friend = (make_user(name, "Data scientist") for name in ("owner", "guest", "friend"))
    model = make_model(owner)
    gone, stays = (give(model, one, "view", actor=ACTOR) for one in (guest, friend))
    review = campaign()
    decide(desk, review.lines.get(about_ref=str(gone.pk)), "withdraw")
    decide(desk, review.lines.get(about_ref=str(stays.pk)), "keep", "")
    assert list(Grant.objects.all()) == [stays]
    assert AuditEvent.objects.filter(name="registry.grant.revoked").count() == 1


def test_nobody_withdraws_their_own_role_or_the_last_administrators(desk: Client, officer: Any) -> None:
    """S4-116: the line stays undecided, and the reason is told."""
    guard = make_user("guard", "Security administrator")
    review = campaign()
    assert "Nobody takes their own role" in decide(desk, line_of(review, officer), "withdraw").text
    assert "last account with the role" in decide(desk, line_of(review, guard), "withdraw").text
    assert review.lines.exclude(decision="").count() == 0
    assert guard.groups.exists()


def test_the_figure_is_decided_of_all_and_an_overdue_campaign_is_a_finding(desk: Client, officer: Any) -> None:
    """S4-116: KPI = decided / total."""
    make_user("scientist", "Data scientist")
    review = campaign()
    first, total = review.lines.first(), review.lines.count()
    assert first is not None
    decide(desk, first, "keep", "")
    shown = next(one for one in kpis() if one.key == "reviews")
    assert shown.value == f"{100 / total:.0f} %"
    assert in_time().passed
    AccessReview.objects.update(due_at=timezone.now() - dt.timedelta(days=1))
    assert [one.key for one in in_time().findings] == [f"overdue:{review.period}"]
    assert review.period.endswith(("-Q1", "-Q2", "-Q3", "-Q4"))
