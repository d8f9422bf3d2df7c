"""Calls of officers: data-subject requests, keys, secrets, schedules, the ledger."""

from typing import Any

from django.test import Client

from tests.compliance import cases

from . import acts_keys
from .performing import Act
from .world import World

CASE, SECRET = "subjects.subjectrequest", "secret_store.storedsecret"
_A = "api/v1/"
_CASE = f"{_A}subject-requests/<uuid:request_id>/"
_DESK = "admin/subjects/subjectrequest/<uuid:pk>/"
_SECRETS = "admin/secret_store/storedsecret/<uuid:pk>/"
_RIGHT = {"field": "accounts.account.last_name", "value": "Right"}
_HOLD = {"data_class": "predictions.rows", "basis": "law", "recheck_on": "2099-01-01"}
_INTAKE = {"kind": "access", "regime": "GDPR", "email": cases.EMAIL, "ref": "", "received_on": ""}


def _case(make: Any) -> Any:
    def prepare(world: World) -> dict[str, Any]:
        pk = make().pk
        return {"request_id": pk, "pk": pk}

    return prepare


def _handed_over() -> Any:
    from compliance.subjects import services

    case = cases.ready_case()
    services.download_bundle(case, actor=cases.OFFICER)
    return case


_open, _confirmed, _ready = _case(cases.open_case), _case(cases.confirmed_case), _case(cases.ready_case)
_given = _case(_handed_over)


def _stranger(world: World) -> dict[str, Any]:
    """Before: somebody without an account has opened a browser."""
    return {"client": Client()}


def _mailed(world: World) -> dict[str, Any]:
    """Before: a link was mailed, whose code is known."""
    import hashlib

    from compliance.subjects.identity import services as identity
    from compliance.subjects.models import IdentityCheck

    check = identity.send(cases.open_case(), actor=world.actor("other"))
    digests = [hashlib.sha256(text).digest() for text in (b"link", b"link\x0000000000")]
    IdentityCheck.objects.filter(pk=check.pk).update(link_digest=digests[0], code_digest=digests[1])
    return {"link": "link", **_stranger(world)}


def _linked(world: World) -> dict[str, Any]:
    """Before: a link to a bundle was mailed, whose code is known."""
    import hashlib

    from compliance.subjects.delivery import services as delivery
    from compliance.subjects.models import BundleDelivery

    sent = delivery.send(cases.ready_case(), actor=world.actor("other"))
    digests = [hashlib.sha256(text).digest() for text in (b"link", b"link\x00AAAAA-AAAAA-AAAAA-AAAAA")]
    BundleDelivery.objects.filter(pk=sent.delivery.pk).update(link_digest=digests[0], code_digest=digests[1])
    return {"link": "link", **_stranger(world)}


def _asks(kind: str) -> Any:
    """Before: a person who is known has asked for this."""
    return _case(lambda: cases.confirmed_case(kind))


def _restricted(world: World) -> dict[str, Any]:
    """Before: a restriction stands."""
    from compliance.subjects.rights import services

    case = services.restrict(cases.confirmed_case("restriction"), actor=world.actor("other"))
    return {"request_id": case.pk, "pk": case.pk}


def _decided(world: World) -> dict[str, Any]:
    """Before: a model was asked about the person."""
    from django.utils import timezone

    from compliance.subjects.rights import services
    from monitoring.predictions.receiving import receive_rows

    sent = [{"prediction": 1, "subject": cases.EMAIL}]
    asker = world.actor("other")
    receive_rows(world.model, 1, "decided", sent, digest=b"decided", now=timezone.now(), actor=asker)
    case = cases.confirmed_case("automated_decision")
    [found] = services.decisions(case)
    return {"request_id": case.pk, "pk": case.pk, "data": {"decision": found.key, "outcome": "upheld"}}


def _erasure(*steps: str) -> Any:
    """Before: an erasure has come so far."""

    def prepare(world: World) -> dict[str, Any]:
        from compliance.subjects.erasure import approving, holds, planning

        case = cases.confirmed_case("erasure")
        if "previewed" in steps or "approved" in steps:
            plan = planning.preview(case, actor=world.actor("other"))
            if "approved" in steps:
                approving.approve(plan, actor=world.actor("guard"))
            if "influenced" in steps:
                plan.impacts.create(target_type="registry.modelversion", target_id="v1", label="m v1", via="d v1")
        if "done" in steps:
            from modelops.jobs.services import run

            plan = approving.execute(plan, actor=world.actor("other"))
            run(plan.job_id)
        given = {"request_id": case.pk, "pk": case.pk}
        if "held" in steps:
            import datetime as dt

            day = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=90)
            given["hold"] = holds.set_hold("predictions.rows", "law", day, request=case, actor=world.actor("other")).pk
        return given

    return prepare


def _secret(world: World) -> dict[str, Any]:
    from modelops.secret_store.services import set_secret

    secret = set_secret("smtp", "pa55-word", purpose="mail", actor=world.actor("other"))
    return {"name": "smtp", "pk": secret.pk}


def _schedule(world: World) -> dict[str, Any]:
    from modelops.jobs import schedule
    from modelops.jobs.models import ScheduleEntry

    schedule.sync()
    return {"object_id": ScheduleEntry.objects.first().pk}


ACTS: dict[str, Act] = {
    **acts_keys.ACTS,
    f"POST {_A}subject-requests/": Act(
        "officer", CASE, {"kind": "access", "regime": "gdpr", "subject": {"email": cases.EMAIL}}
    ),
    f"GET {_CASE}": Act("officer", CASE, before=_open),
    f"POST {_CASE}confirm-identity/": Act("officer", CASE, {"note": "Called back."}, before=_open),
    f"POST {_CASE}send-identity-link/": Act("officer", CASE, before=_open),
    f"POST {_CASE}extend/": Act("officer", CASE, {"note": "Many requests."}, before=_open),
    "POST privacy/request/": Act(
        "", CASE, {"kind": "access", "regime": "GDPR", "email": cases.EMAIL}, before=_stranger
    ),
    "POST privacy/confirm/<str:link>/": Act("", CASE, {"code": "00000000"}, before=_mailed),
    f"POST {_DESK}ask/": Act("officer", CASE, before=_open),
    f"POST {_DESK}extend/": Act("officer", CASE, {"extension-note": "Many requests."}, before=_open),
    f"POST {_CASE}collect/": Act("officer", CASE, before=_confirmed),
    f"GET {_CASE}bundle/": Act("officer", CASE, before=_ready),
    f"POST {_CASE}delivery/": Act("officer", CASE, before=_ready),
    f"POST {_DESK}deliver/": Act("officer", CASE, before=_ready),
    "POST privacy/bundle/<str:link>/": Act("", CASE, {"code": "AAAAA-AAAAA-AAAAA-AAAAA"}, before=_linked),
    f"POST {_CASE}rectify/": Act("officer", CASE, _RIGHT, before=_asks("rectification")),
    f"POST {_CASE}restriction/": Act("officer", CASE, before=_asks("restriction")),
    f"DELETE {_CASE}restriction/": Act("officer", CASE, before=_restricted),
    f"GET {_CASE}decisions/": Act("officer", CASE, before=_asks("automated_decision")),
    f"POST {_CASE}decisions/": Act("officer", CASE, before=_decided),
    f"POST {_DESK}rectify/": Act("officer", CASE, _RIGHT, before=_asks("rectification")),
    f"POST {_DESK}restrict/": Act("officer", CASE, before=_asks("restriction")),
    f"POST {_DESK}lift/": Act("officer", CASE, before=_restricted),
    f"POST {_DESK}decision/": Act("officer", CASE, before=_decided),
    f"POST {_CASE}answer/": Act("officer", CASE, {"note": "Sent."}, before=_given),
    f"POST {_CASE}refuse/": Act("officer", CASE, {"reason": "Not the person."}, before=_open),
    f"GET {_CASE}places/": Act("officer", CASE, before=_confirmed),
    f"POST {_CASE}erasure/": Act("officer", CASE, before=_erasure()),
    f"GET {_CASE}erasure/": Act("officer", CASE, before=_erasure("previewed")),
    f"POST {_CASE}erasure/decisions/": Act(
        "officer", CASE, {"target": "all", "decision": "accept"}, before=_erasure("previewed", "influenced")
    ),
    f"POST {_CASE}erasure/approve/": Act("officer", CASE, before=_erasure("previewed")),
    f"POST {_CASE}erasure/execute/": Act("officer", CASE, before=_erasure("approved")),
    f"GET {_CASE}erasure/certificate/": Act("officer", CASE, before=_erasure("approved", "done")),
    f"POST {_CASE}holds/": Act("officer", "subjects.legalhold", _HOLD, before=_open),
    f"POST {_DESK}places/": Act("officer", CASE, before=_confirmed),
    f"POST {_DESK}erasure/preview/": Act("officer", CASE, before=_erasure()),
    f"POST {_DESK}erasure/decide/": Act(
        "officer", CASE, {"target": "all", "decision": "accept"}, before=_erasure("previewed", "influenced")
    ),
    f"POST {_DESK}erasure/approve/": Act("officer", CASE, before=_erasure("previewed")),
    f"POST {_DESK}erasure/execute/": Act("officer", CASE, before=_erasure("approved")),
    f"POST {_DESK}erasure/certificate/": Act("officer", CASE, before=_erasure("approved", "done")),
    f"POST {_DESK}hold/<uuid:hold>/lift/": Act("officer", "subjects.legalhold", before=_erasure("held")),
    f"POST {_DESK}hold/": Act("officer", "subjects.legalhold", _HOLD, before=_open),
    "POST admin/subjects/subjectrequest/add/": Act("officer", CASE, _INTAKE),
    "POST admin/subjects/subjectrequest/find/": Act("officer", "", {"q": cases.EMAIL}),
    f"POST {_DESK}identity/": Act("officer", CASE, {"identity-note": "Called back."}, before=_open),
    f"POST {_DESK}collect/": Act("officer", CASE, before=_confirmed),
    f"POST {_DESK}bundle/": Act("officer", CASE, before=_ready),
    f"POST {_DESK}answer/": Act("officer", CASE, {"answer-note": "Sent."}, before=_given),
    f"POST {_DESK}refuse/": Act("officer", CASE, {"refusal-note": "Not the person."}, before=_open),
    f"POST {_DESK}person/": Act("officer", CASE, {"reveal-reason": "answer"}, before=_open),
    # The ledger itself
    f"GET {_A}audit-events/": Act("officer", ""),
    "GET admin/configuration.json": Act("root", ""),
    "POST admin/configuration.json": Act("root", ""),
    # Secrets and the schedule
    f"POST {_A}secrets/": Act("guard", SECRET, {"name": "smtp", "purpose": "mail", "value": "pa55-word"}),
    f"GET {_A}secrets/<str:name>/": Act("guard", SECRET, before=_secret),
    f"DELETE {_A}secrets/<str:name>/": Act("guard", SECRET, before=_secret),
    f"POST {_A}secrets/<str:name>/replace/": Act("guard", SECRET, {"value": "another-1"}, before=_secret),
    "POST admin/secret_store/storedsecret/add/": Act(
        "guard", SECRET, {"name": "smtp", "purpose": "mail", "value": "pa55-word"}
    ),
    f"POST {_SECRETS}replace/": Act("guard", SECRET, {"value": "another-1"}, before=_secret),
    f"POST {_SECRETS}remove/": Act("guard", SECRET, {}, before=_secret),
    "POST admin/jobs/scheduleentry/<path:object_id>/change/": Act(
        "guard", "jobs.scheduleentry", {"every_s": "7200", "is_enabled": "on"}, before=_schedule
    ),
}
