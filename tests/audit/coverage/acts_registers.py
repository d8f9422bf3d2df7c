"""Calls upon the registers."""

from typing import Any

from django.utils import timezone

from .performing import Act
from .world import World

ACTIVITY, CONSENT, BREACH, INCIDENT, ITEM = (
    "registers.processingactivity",
    "registers.consent",
    "registers.breach",
    "registers.incident",
    "registers.registeritem",
)
_A, _R = "admin/registers/", "api/v1/"
WORDS = dict.fromkeys(
    ("controller", "purpose", "subjects", "categories", "recipients", "transfers", "retention", "measures"), "as told"
)
KNOWN = {"nature": "lost disk", "categories": "staff", "contact": "office", "consequences": "few", "measures": "wiped"}


def _activity(world: World, name: str = "Delays") -> Any:
    from compliance.registers import services

    given = {"name": name, "basis": "consent", "datasets": [], **WORDS}
    return services.add_activity(given, actor=world.actor("guard"))


def _of_activity(world: World) -> dict[str, Any]:
    return {"pk": _activity(world).pk}


def _consenting(world: World) -> dict[str, Any]:
    given = {"activity": str(_activity(world).pk), "subject": "a@example.org", "text_version": "3", "source": "form"}
    return {"data": given}


def _consent(world: World) -> dict[str, Any]:
    from compliance.registers import services

    row = services.give_consent(
        _activity(world, "Other"), "b@example.org", text_version="3", source="form", actor=world.actor("guard")
    )
    return {"pk": row.pk}


def _breach(world: World) -> dict[str, Any]:
    from compliance.registers import services

    given = {"title": "Lost disk", "known_at": timezone.now(), "subject_count": 3, "record_count": 9, **KNOWN}
    return {"pk": services.open_breach(given, actor=world.actor("guard")).pk}


def _incident(world: World) -> dict[str, Any]:
    from compliance.registers import services

    given = {"title": "Odd sign-ins", "severity": "high", "summary": "see", "lead": "Security"}
    return {"pk": services.open_incident(given, actor=world.actor("guard")).pk}


def _item(world: World) -> dict[str, Any]:
    from compliance.registers import services

    given = {"kind": "training", "title": "Privacy", "who": "Data", "due_on": timezone.now().date()}
    return {"pk": services.add_item(given, actor=world.actor("guard")).pk}


def _consenting_by_name(world: World) -> dict[str, Any]:
    _activity(world)
    return {"data": {"activity": "Delays", "subject": "a@example.org", "text_version": "3", "source": "form"}}


def _given(world: World) -> dict[str, Any]:
    _consent(world)
    return {}


def stock(world: World) -> None:
    """One of each."""
    for make in (_of_activity, _consent, _breach, _incident, _item):
        make(world)


def _csv(world: World) -> dict[str, Any]:
    return {"form": "csv"}


_NOW = {"known_at": "2026-01-02 03:04", "title": "Lost disk", "subject_count": "3", "record_count": "9", **KNOWN}
ACTS: dict[str, Act] = {
    f"POST {_A}processingactivity/add/": Act("officer", ACTIVITY, {"name": "New", "basis": "contract", **WORDS}),
    f"POST {_A}processingactivity/<uuid:pk>/revise/": Act(
        "officer", ACTIVITY, {"revise-purpose": "another"}, before=_of_activity
    ),
    f"POST {_A}consent/add/": Act("officer", CONSENT, before=_consenting),
    f"POST {_A}consent/<uuid:pk>/withdraw/": Act("officer", CONSENT, {"withdraw-source": "mail"}, before=_consent),
    f"POST {_A}breach/add/": Act("officer", BREACH, _NOW),
    f"POST {_A}breach/<uuid:pk>/decide/": Act(
        "officer", BREACH, {"decide-state": "notified", "decide-reason": "number 7"}, before=_breach
    ),
    f"POST {_A}breach/<uuid:pk>/log/": Act("officer", BREACH, {"log-text": "found"}, before=_breach),
    f"POST {_A}incident/add/": Act(
        "officer", INCIDENT, {"title": "x", "severity": "low", "summary": "y", "lead": "Security"}
    ),
    f"POST {_A}incident/<uuid:pk>/log/": Act("officer", INCIDENT, {"log-text": "found"}, before=_incident),
    f"POST {_A}incident/<uuid:pk>/close/": Act("officer", INCIDENT, {"close-lesson": "more"}, before=_incident),
    f"POST {_A}registeritem/add/": Act(
        "officer", ITEM, {"kind": "training", "title": "x", "who": "y", "due_on": "2026-12-01"}
    ),
    f"POST {_A}registeritem/<uuid:pk>/done/": Act("officer", ITEM, {"done-done_on": "2026-01-02"}, before=_item),
    f"POST {_R}processing-activities/": Act("officer", ACTIVITY, {"name": "New", "basis": "contract", **WORDS}),
    f"POST {_R}processing-activities/<uuid:pk>/revise/": Act(
        "officer", ACTIVITY, {"purpose": "another"}, before=_of_activity
    ),
    f"POST {_R}consents/": Act("officer", CONSENT, before=_consenting_by_name),
    f"POST {_R}consents/withdraw/": Act(
        "officer", CONSENT, {"activity": "Other", "subject": "b@example.org", "source": "mail"}, before=_given
    ),
    f"POST {_R}breaches/": Act("officer", BREACH, {**_NOW, "known_at": "2026-01-02T03:04:00Z"}),
    f"POST {_R}breaches/<uuid:pk>/decide/": Act(
        "officer", BREACH, {"state": "notified", "reason": "number 7"}, before=_breach
    ),
    f"POST {_R}breaches/<uuid:pk>/log/": Act("officer", BREACH, {"text": "found"}, before=_breach),
    **{
        f"GET {_R}{name}/export/": Act("officer", "registers.register")
        for name in ("processing-activities", "breaches")
    },
    **{
        f"GET {_A}{name}/export/<slug:form>/": Act("officer", "registers.register", before=_csv)
        for name in ("processingactivity", "breach", "incident")
    },
}
