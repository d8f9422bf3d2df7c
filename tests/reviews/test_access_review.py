"""Once a month the compliance officer goes through a sample of reads and rights, and signs."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actors import actor_of
from compliance.audit import Actor, event_classes
from compliance.audit.history import reads
from compliance.audit.models import AuditEvent
from compliance.reviews import services
from compliance.reviews.models import AccessReview, LineKind, ReviewLine
from compliance.reviews.posture import in_time
from compliance.reviews.rights import standing_rights
from compliance.reviews.sampling import sample
from compliance.reviews.tasks import open_access_review
from modelops.jobs import schedule
from modelops.lib.errors import Conflict, Invalid
from tests.accounts.people import code_of, make_user
from tests.accounts.people import sign_in_earlier as sign_in
from tests.registry.samples import make_model, make_version

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("tests")


@pytest.fixture
def this_month() -> dt.date:
    return timezone.now().date().replace(day=1)


@pytest.fixture
def read_versions() -> Any:
    """A scientist who looked at thirty versions' worth of pages."""
    scientist = make_user("scientist")
    make_version(make_model(scientist), scientist)
    browser = sign_in(Client(), scientist)
    for _ in range(30):
        assert browser.get("/models/arrival-delay/versions/1/").status_code == 200
    return scientist


@pytest.fixture
def officer() -> Any:
    return make_user("officer", "Compliance officer")


@pytest.fixture
def desk(officer: Any) -> Client:
    return sign_in(Client(), officer)


def test_a_review_draws_reads_and_rights_and_anybody_can_draw_them_again(read_versions: Any, this_month: Any) -> None:
    """S2-12: random, and reproducible from the seed that the ledger has."""
    review = services.open_review(this_month, actor=ACTOR)
    reads = review.lines.filter(kind=LineKind.READ)
    assert review.reads == services.reads_of(this_month).count() >= 30
    assert reads.count() == services.READS_SHOWN
    keyed = [(str(row.pk), row.pk) for row in services.reads_of(this_month)]
    assert [str(key) for key in sample(review.seed, keyed, services.READS_SHOWN)] == list(
        reads.values_list("about_ref", flat=True)
    )
    rights = review.lines.filter(kind=LineKind.RIGHT)
    assert review.rights == len(list(standing_rights()))
    assert rights.get(group="Data scientist").holder_ref == str(read_versions.pk)
    row = AuditEvent.objects.get(name="reviews.review.opened")
    assert (row.details["seed"], row.details["lines"]) == (review.seed, review.lines.count())


def test_a_sample_is_the_same_whatever_the_order(this_month: Any) -> None:
    keyed = [(str(number), number) for number in range(1000)]
    first = sample("seed", keyed, 25)
    assert first == sample("seed", reversed(keyed), 25)
    assert first != sample("another", keyed, 25)
    assert len(set(first)) == 25


def test_what_counts_as_reading_is_declared() -> None:
    """S2-12: an event that was given another name would go missing from the reviews."""
    assert set(reads()) <= event_classes().keys()


def test_long_names_of_groups_do_not_keep_a_review_from_being_opened(this_month: Any, officer: Any) -> None:
    """S2-12: Django lets a name of a group be longer than a line has room for."""
    group = Group.objects.create(name="g" * 150)
    officer.groups.add(group)
    review = services.open_review(this_month, actor=ACTOR)
    assert review.lines.filter(group__startswith="ggg", holder_ref=str(officer.pk)).exists()


def test_the_clock_opens_the_review_of_the_month_before_once() -> None:
    """S2-12: monthly."""
    assert "reviews.open_access_review" in schedule.names()
    assert open_access_review()
    assert not open_access_review()
    review = AccessReview.objects.get()
    assert review.month == services.month_before(timezone.now())
    with pytest.raises(Conflict):
        services.open_review(review.month, actor=ACTOR)


def test_the_officer_goes_through_the_lines_and_signs(
    read_versions: Any, this_month: Any, desk: Client, officer: Any
) -> None:
    """S2-12: each line kept, withdrawn or explained in the admin; signed with a fresh second factor, and dated."""
    review = services.open_review(this_month, actor=ACTOR)
    address = reverse("admin:reviews_accessreview_change", args=[review.pk])
    sign = reverse("admin:reviews_accessreview_sign", args=[review.pk])
    page = desk.get(address).text
    assert "looked at version 1 of model arrival-delay" in page
    assert "scientist" in page
    assert "style=" not in page
    statement = {"statement": "Looked at every line."}
    lines = list(review.lines.all())
    for line in lines:
        one = reverse("admin:reviews_accessreview_decide", args=[review.pk, line.pk])
        assert desk.post(one, {"decision": "keep", "note": ""}).status_code == 302
    assert desk.post(sign, statement).headers["location"].startswith("/account/confirm/")
    assert desk.post("/account/confirm/", {"code": code_of(officer)}).status_code == 302
    assert desk.post(sign, statement).status_code == 302
    review.refresh_from_db()
    assert (review.state, review.signed_ref) == ("signed", str(officer.pk))
    assert review.signed_at is not None
    signed = AuditEvent.objects.get(name="reviews.review.signed")
    assert (signed.actor_ref, signed.details["keep"]) == (str(officer.pk), len(lines))
    assert AuditEvent.objects.filter(name="reviews.line.decided").count() == len(lines)
    assert "Looked at every line." in desk.get(address).text


def test_nothing_is_signed_before_every_line_is_decided(read_versions: Any, this_month: Any, officer: Any) -> None:
    review = services.open_review(this_month, actor=ACTOR)
    with pytest.raises(Conflict, match="not decided yet"):
        services.sign(review, "Done.", actor=actor_of(officer))
    line = review.lines.first()
    assert line is not None
    with pytest.raises(Invalid, match="need a note"):
        services.decide(line, "withdraw", " ", actor=actor_of(officer))
    with pytest.raises(Invalid):
        services.decide(line, "burn", "now", actor=actor_of(officer))


def test_what_is_signed_stays_as_it_is(this_month: Any, officer: Any) -> None:
    """S2-12: by the service and by the database."""
    review = services.open_review(this_month, actor=ACTOR)
    for line in review.lines.all():
        services.decide(line, "explain", "Needed for the quarterly report.", actor=actor_of(officer))
    services.sign(review, "Looked at every line.", actor=actor_of(officer))
    line = review.lines.first()
    assert line is not None
    with pytest.raises(Conflict, match="stays as it is"):
        services.decide(line, "keep", "", actor=actor_of(officer))
    with pytest.raises(Conflict):
        services.sign(review, "Again.", actor=actor_of(officer))
    lines, reviews = ReviewLine.objects.filter(pk=line.pk), AccessReview.objects.filter(pk=review.pk)
    for change in (
        lambda: lines.update(note="other"),
        lambda: lines.delete(),
        lambda: reviews.update(statement="other"),
        lambda: ReviewLine.objects.create(
            review=review, kind="read", about_ref="x", group="x", holder_ref="x", says="x"
        ),
    ):
        with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic():
            change()


def test_an_overdue_review_is_a_finding(this_month: Any) -> None:
    """S2-12"""
    assert in_time().passed
    review = services.open_review(this_month, actor=ACTOR)
    assert in_time().passed
    AccessReview.objects.update(due_at=timezone.now() - dt.timedelta(days=1))
    (finding,) = in_time().findings
    assert finding.key == f"overdue:{review.month:%Y-%m}"


def test_others_have_no_part_in_it(this_month: Any) -> None:
    guard = sign_in(Client(), make_user("guard", "Security administrator"))
    review = services.open_review(this_month, actor=ACTOR)
    assert guard.get(reverse("admin:reviews_accessreview_change", args=[review.pk])).status_code == 403
    assert guard.post(reverse("admin:reviews_accessreview_sign", args=[review.pk]), {}).status_code == 403
    line = review.lines.first()
    assert line is not None
    decide = reverse("admin:reviews_accessreview_decide", args=[review.pk, line.pk])
    assert guard.post(decide, {"decision": "keep"}).status_code == 403
