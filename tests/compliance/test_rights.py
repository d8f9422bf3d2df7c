"""Rectification, restriction, objection and the review of an automated decision, each with what it does."""

import datetime as dt
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.actors import actor_of
from accounts.models import Notice, User
from accounts.notices import send_due
from compliance.audit.models import AuditEvent
from compliance.subjects import services as subjects
from compliance.subjects.deadlines import confirm_by
from compliance.subjects.extending import extend
from compliance.subjects.models import SubjectRequest
from compliance.subjects.rights import services
from modelops.lib.errors import Conflict, NotAllowed
from registry.aliases.gate import gates
from tests.accounts.people import make_user
from tests.monitoring.predictions.sending import pipeline, send
from tests.registry.people.cases import with_people
from tests.registry.samples import make_dataset, make_model, make_version

from .cases import EMAIL, OFFICER, confirmed_case, open_case, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def scientist() -> User:
    """Owns a dataset with rows of the person; their address is confirmed, so that mail reaches them."""
    from django.utils import timezone

    user = make_user("scientist", "Data scientist")
    User.objects.filter(pk=user.pk).update(email="scientist@example.org", email_confirmed_at=timezone.now())
    user.refresh_from_db()
    return user


@pytest.fixture
def person() -> User:
    """The person has an account, too."""
    user = make_user("passenger", "Viewer")
    User.objects.filter(pk=user.pk).update(email=EMAIL, last_name="Wrung")
    return user


def _dataset(scientist: User, name: str = "arrivals") -> Any:
    content = f"who,n\n{EMAIL},1\nother@example.org,2\n".encode()
    return with_people(make_dataset(scientist, name), scientist, content, column="who")


def _page(request: SubjectRequest) -> str:
    return f"/admin/subjects/subjectrequest/{request.pk}/"


def test_a_correction_changes_the_field_and_tells_who_keeps_more(scientist: User, person: User, desk: Client) -> None:
    """S4-65: field form; old and new value are recorded masked; the owners of datasets are told."""
    _dataset(scientist)
    request = confirmed_case("rectification")
    assert "Correct the data" in desk.get(f"{_page(request)}change/").content.decode()
    answer = desk.post(
        f"{_page(request)}rectify/", {"field": "accounts.account.last_name", "value": "Right"}, follow=True
    )
    assert "Corrected in 1 row" in answer.content.decode()
    person.refresh_from_db()
    assert person.last_name == "Right"
    row = AuditEvent.objects.get(name="subjects.request.rectified")
    assert (row.details["before"], row.details["after"]) == ("W***", "R***")
    assert (row.details["rows"], row.details["told"]) == (1, 1)
    assert Notice.objects.filter(user=scientist, kind="rows_to_correct").count() == 1
    send_due()
    assert "arrivals" in mail.outbox[-1].body
    assert request.reference in mail.outbox[-1].body
    assert EMAIL not in mail.outbox[-1].body
    assert AuditEvent.objects.filter(name="accounts.user.rectified", target_id=str(person.pk)).count() == 1


def test_a_correction_over_the_api_is_refused_with_its_reason(officer: User, person: User, api_of: Any) -> None:
    """S4-65, S4-66: unknown fields, no address, another kind, and an identity that nobody confirmed."""
    api = api_of(officer)

    def rectify(request: SubjectRequest, field: str, value: str) -> tuple[int, str]:
        body = {"field": field, "value": value}
        answer = api.post(f"/api/v1/subject-requests/{request.pk}/rectify/", body, content_type="application/json")
        return answer.status_code, answer.json().get("code", str(answer.json().get("rows")))

    request = confirmed_case("rectification")
    assert rectify(request, "accounts.account.password", "x") == (400, "rectification.unknown_field")
    assert rectify(request, "accounts.account.email", "nowhere") == (400, "rectification.value")
    assert rectify(open_case("rectification"), "accounts.account.email", "x@example.org")[1] == (
        "subject_request.wrong_state"
    )
    assert rectify(confirmed_case("access"), "accounts.account.email", "x@example.org")[1] == (
        "subject_request.other_kind"
    )
    assert rectify(request, "accounts.account.email", "right@example.org") == (200, "1")
    person.refresh_from_db()
    assert (person.email, person.email_confirmed_at) == ("right@example.org", None)


def test_a_restriction_keeps_the_data_from_use_until_it_is_lifted(scientist: User, desk: Client) -> None:
    """S4-66: nothing is trained on the data and nothing that was is promoted; the data itself stays."""
    data = _dataset(scientist)
    model = make_model(scientist)
    version = make_version(model, scientist, datasets=[data])
    gate = gates.get("restriction")()
    assert gate.check(version)[0]
    request = confirmed_case("restriction")
    assert "Restrict the processing" in desk.get(f"{_page(request)}change/").content.decode()
    assert "used for nothing" in desk.post(f"{_page(request)}restrict/", follow=True).content.decode()
    passed, reason = gate.check(version)
    assert (passed, "1 person has" in reason, EMAIL in reason) == (False, True, False)
    with pytest.raises(Conflict) as refused:
        make_version(model, scientist, datasets=[data])
    assert refused.value.code == "dataset.holds_restricted"
    with pytest.raises(Conflict) as again:
        services.restrict(request, actor=OFFICER)
    assert again.value.code == "restriction.stands"
    # New data of the person may be stored.
    _dataset(scientist, "later")
    desk.post(f"{_page(request)}answer/", {"answer-note": "Restricted, and the person was told."})
    request.refresh_from_db()
    assert request.state == "delivered"
    assert "is lifted" in desk.post(f"{_page(request)}lift/", follow=True).content.decode()
    assert gate.check(version)[0]
    make_version(model, scientist, datasets=[data])
    assert (told("subjects.request.restricted", request), told("subjects.request.restriction_lifted", request)) == (
        1,
        1,
    )
    with pytest.raises(Conflict) as none:
        services.lift(request, actor=OFFICER)
    assert none.value.code == "restriction.none"


def test_an_objection_also_keeps_the_person_out_of_new_data(scientist: User, officer: User, api_of: Any) -> None:
    """S4-66: processing stops, over REST: no training, no promotion, no rows in new uploads."""
    data = _dataset(scientist)
    version = make_version(make_model(scientist), scientist, datasets=[data])
    request = confirmed_case("objection")
    address = f"/api/v1/subject-requests/{request.pk}/restriction/"
    assert api_of(officer).post(address).json() == {"reference": request.reference, "is_restricted": True}
    assert not gates.get("restriction")().check(version)[0]
    with pytest.raises(Conflict) as refused:
        _dataset(scientist, "later")
    assert refused.value.code == "dataset.excluded_person"
    lifted = api_of(officer).delete(address)
    assert (lifted.status_code, lifted.json()["code"]) == (409, "restriction.none")


def test_a_person_looks_at_an_automated_decision_again(
    scientist: User, officer: User, desk: Client, api_of: Any
) -> None:
    """S4-66: the decisions about the person are listed, a person reviews one, and a program cannot."""
    make_version(make_model(scientist), scientist)
    rows = [{"prediction": 1, "subject": EMAIL}, {"prediction": 0, "subject": "other@example.org"}]
    assert send(pipeline(), rows).status_code == 201
    request = confirmed_case("automated_decision")
    [found] = api_of(officer).get(f"/api/v1/subject-requests/{request.pk}/decisions/").json()
    assert found["label"].startswith("arrival-delay v1")
    page = desk.get(f"{_page(request)}change/").content.decode()
    assert found["key"] in page
    answer = desk.post(f"{_page(request)}decision/", {"decision": found["key"], "outcome": "changed"}, follow=True)
    assert "The review is recorded" in answer.content.decode()
    assert AuditEvent.objects.get(name="subjects.request.decision_reviewed").details["result"] == "changed"
    body = {"decision": "another", "outcome": "upheld"}
    unknown = api_of(officer).post(
        f"/api/v1/subject-requests/{request.pk}/decisions/", body, content_type="application/json"
    )
    assert (unknown.status_code, unknown.json()["code"]) == (400, "decision.unknown")
    service = actor_of(make_user("robot", "Pipeline"))
    with pytest.raises(NotAllowed):
        services.review_decision(request, found["key"], "upheld", actor=service)


def test_an_opt_out_of_sale_is_a_right_of_californian_law(scientist: User, officer: User, api_of: Any) -> None:
    """S2-69: regime=CCPA sets 45 days, extendable to 90, takes its own kinds and no others, and is carried out."""
    data = _dataset(scientist)
    version = make_version(make_model(scientist), scientist, datasets=[data])
    api = api_of(officer)

    def opened(kind: str, regime: str) -> Any:
        said = {"kind": kind, "regime": regime, "subject": {"email": EMAIL}}
        return api.post("/api/v1/subject-requests/", said, content_type="application/json")

    for kind, regime in (("opt_out", "GDPR"), ("objection", "CCPA")):
        refused = opened(kind, regime)
        assert (refused.status_code, refused.json()["code"]) == (400, "subject_request.kind_of_another_regime")
    answer = opened("opt_out", "CCPA")
    assert answer.status_code == 201
    request = SubjectRequest.objects.get(pk=answer.json()["id"])
    assert request.due_at == request.received_at + dt.timedelta(days=45)
    confirmed_by = confirm_by(request.regime, request.received_at)
    assert confirmed_by is not None
    assert dt.timedelta(days=14) <= confirmed_by - request.received_at <= dt.timedelta(days=16)
    extend(request, "Many at once.", actor=OFFICER)
    request.refresh_from_db()
    assert request.due_at == request.received_at + dt.timedelta(days=90)
    subjects.confirm_identity(request, "Called back.", actor=OFFICER)
    assert api.post(f"/api/v1/subject-requests/{request.pk}/restriction/").json()["is_restricted"]
    assert not gates.get("restriction")().check(version)[0]
    with pytest.raises(Conflict) as refusal:
        _dataset(scientist, "later")
    assert refusal.value.code == "dataset.excluded_person"
