"""The page of a request in a real browser, step by step: light, dark and on a narrow screen."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.actors import actor_of
from compliance.detections import services as detections
from compliance.detections.models import Detection
from compliance.detections.thresholds import attempt
from compliance.evidence.catalogues import import_catalogue
from compliance.registers import services as registers
from compliance.subjects import services
from compliance.subjects.delivery import services as delivery
from compliance.subjects.erasure import planning
from compliance.subjects.rights import services as rights
from registry.cards.impact.services import sign
from registry.models import RegisteredModel
from tests.accounts.people import make_user, sign_in
from tests.portal.browser import browser
from tests.registry.cards.filled import fill_card
from tests.registry.cards.test_assessments import TEXTS
from tests.registry.people.cases import with_people
from tests.registry.samples import make_dataset, make_model, make_version

from .cases import EMAIL, OFFICER, confirmed_case, open_case, ready_case
from .detections.test_detections import told
from .evidence.test_catalogues import CSV
from .evidence.test_evidence import INCIDENT
from .registers.test_registers import BREACH

pytestmark = [pytest.mark.live, pytest.mark.browser]


def fill() -> dict[str, str]:
    """A request at each step; the pages with their names."""
    scientist = make_user("scientist", "Data scientist")
    content = f"who,n\n{EMAIL},1\nother@example.org,2\n".encode()
    data = with_people(make_dataset(scientist), scientist, content, column="who")
    make_version(make_model(scientist), scientist, datasets=[data])
    erasing = confirmed_case("erasure")
    planning.preview(erasing, actor=actor_of(scientist))
    sent = ready_case(email="sent@example.org")
    delivery.send(sent, actor=OFFICER)
    link = re.search(r"/privacy/bundle/\S+", mail.outbox[-1].body)
    assert link
    handed = ready_case(email="handed@example.org")
    services.download_bundle(handed, actor=OFFICER)
    cases = {
        "received": open_case(),
        "confirmed": confirmed_case(),
        "ready": ready_case(),
        "sent": sent,
        "handed-over": handed,
        "erasure": erasing,
        "rectification": confirmed_case("rectification"),
        "restriction": rights.restrict(confirmed_case("restriction"), actor=OFFICER),
        "decision": confirmed_case("automated_decision"),
    }
    pages = {f"/admin/subjects/subjectrequest/{case.pk}/change/": name for name, case in cases.items()}
    return {**pages, link[0]: "fetch", "/privacy/request/": "ask"}


def test_each_step_of_a_request_fits_every_screen(live_portal: Any, chromium: str, pictures: Path) -> None:
    """S4-62: the page leads through its steps with one button each, on a wide and on a narrow screen."""
    pages = fill()
    user = sign_in(Client(), make_user("officer", "Compliance officer"))
    morsel = user.cookies[settings.SESSION_COOKIE_NAME]
    with browser(chromium, live_portal.url, pictures) as person:
        page = person.page
        page.context.add_cookies([{"name": morsel.key, "value": morsel.value, "url": live_portal.url}])
        for path, name in pages.items():
            page.emulate_media(color_scheme="light")
            page.set_viewport_size({"width": 1280, "height": 900})
            person.go(path)
            assert page.locator(".button.primary:visible, .button.danger.primary:visible").count() <= 1, name
            person.picture(f"request-{name}", whole=True)
            page.emulate_media(color_scheme="dark")
            page.set_viewport_size({"width": 420, "height": 900})
            person.picture(f"request-{name}-narrow", whole=True)
            assert person.fits(420), name
        assert person.complaints == []


def test_the_officers_rooms_fit_every_screen(live_portal: Any, chromium: str, pictures: Path) -> None:
    """S2-66, S2-71, S2-72, S2-79, S1-43, S4-100: home, registers, evidence, detections, an assessment, help."""
    scientist = make_user("scientist", "Data scientist")
    make_model(scientist)
    fill_card(RegisteredModel.objects.get(), "high")
    sign(RegisteredModel.objects.get(), TEXTS, actor=OFFICER)
    open_case()
    registers.open_incident(INCIDENT, actor=OFFICER)
    registers.open_breach({**BREACH, "known_at": timezone.now()}, actor=OFFICER)
    import_catalogue("House rules", CSV, actor=OFFICER)
    told("accounts.password.refused", 12)
    told("audit.request.refused", 50, status="403")
    detections.look()
    tried = attempt("brute_force", "account", 12, days=14, actor=OFFICER)
    seen = Detection.objects.get(kind="brute_force")
    user = sign_in(Client(), make_user("officer", "Compliance officer"))
    morsel = user.cookies[settings.SESSION_COOKIE_NAME]
    pages = {
        "/admin/": "home",
        "/admin/posture/": "posture",
        "/admin/evidence/": "evidence",
        "/admin/evidence/checklist/": "checklist",
        "/admin/evidence/frameworks/house-rules/": "framework",
        "/admin/evidence/frameworks/import/": "framework-import",
        "/admin/detections/detection/": "detections",
        f"/admin/detections/detection/{seen.pk}/change/": "detection",
        "/admin/detections/threshold/add/": "threshold-try",
        f"/admin/detections/threshold/{tried.pk}/change/": "threshold",
        "/admin/registers/breach/": "breaches",
        "/admin/subjects/subjectrequest/": "requests",
        "/admin/help/answer-a-data-subject-request/": "help",
        "/models/arrival-delay/impact-assessment/": "assessment",
    }
    for dark, width in ((False, 1280), (True, 420)):
        with browser(chromium, live_portal.url, pictures, dark=dark, width=width) as person:
            page = person.page
            page.context.add_cookies([{"name": morsel.key, "value": morsel.value, "url": live_portal.url}])
            for path, name in pages.items():
                person.go(path)
                person.picture(f"officer-{name}{'-dark-narrow' if dark else ''}", whole=True)
                assert person.fits(width), name
            assert person.complaints == []
