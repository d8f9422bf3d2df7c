"""From intake to certificate: how many pages people load, and how long the machine takes between them."""

import html
import logging
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from compliance.subjects.erasure.certificate import keys
from compliance.subjects.erasure.verify_certificate import check
from compliance.subjects.models import ErasurePlan, SubjectRequest
from modelops.jobs.services import run
from tests.accounts.people import make_user, sign_in

from .canary import ADDRESS, done, plant, rows_with_the_canary

logger = logging.getLogger(__name__)
pytestmark = pytest.mark.django_db
HOME = "/admin/"
# Twelve pages in ten minutes leave fifty seconds for each, to read it and to decide.
MOST_PAGES = 12
# What adults read silently in ten minutes, at 238 words a minute (Brysbaert 2019, doi 10.1016/j.jml.2019.104047).
MOST_WORDS = 2380


class Person:
    """Somebody at a browser: counted are pages opened and sent, what there is to read, and what the portal took."""

    def __init__(self, client: Client) -> None:
        self.client, self.pages, self.seconds = client, 0, 0.0
        self.read: set[str] = set()

    @property
    def words(self) -> int:
        """How many there were to read: what stood on an earlier page already is not read again."""
        return sum(len(piece.split()) for piece in self.read)

    def open(self, address: str) -> str:
        return self._load(lambda: self.client.get(address))

    def send(self, page: str, address: str, **fields: str) -> str:
        """Press the button of a form that ``page`` has; where the answer leads to another page, that is shown."""
        assert re.search(rf'action="({re.escape(address)})?"|<form method="post"', page), address
        return self._load(lambda: self.client.post(address, fields, follow=True))

    def _load(self, call: Any) -> str:
        started = time.perf_counter()
        answer = call()
        self.seconds += time.perf_counter() - started
        self.pages += 1
        assert answer.status_code == 200, answer.content
        page: str = answer.content.decode()
        self.read |= pieces_of(page)
        return page


def pieces_of(page: str) -> set[str]:
    """The texts of a page's own part: without what frames every page, closed lists, scripts and pictures."""
    own = re.search(r"<main.*?</main>", page, re.S)
    shown = re.sub(r"<(script|style|select|svg|template)\b.*?</\1>", " ", own[0] if own else page, flags=re.S)
    return {" ".join(html.unescape(piece).split()) for piece in re.split(r"<[^>]+>", shown)} - {""}


class Worker:
    """What happens in the background while people wait."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self, work: Any, *given: Any) -> None:
        started = time.perf_counter()
        work(*given)
        self.seconds += time.perf_counter() - started


@pytest.fixture(autouse=True)
def _own_ledger(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.MODELOPS_ERASURE_LEDGER = str(tmp_path / "erasures")
    return


def asks(kind: str) -> tuple[Person, SubjectRequest]:
    """Somebody without an account asks by the public form and confirms by the mailed link and code."""
    person = Person(Client())
    form = person.open("/privacy/request/")
    person.send(form, "/privacy/request/", kind=kind, regime="GDPR", email=ADDRESS)
    text = mail.outbox[-1].body
    link, code = re.search(r"https?://[^/\s]+(/privacy/confirm/\S+)", text), re.search(r"Code: (\d{8})", text)
    assert link
    assert code
    person.send(person.open(link[1]), link[1], code=code[1])
    request = SubjectRequest.objects.get(kind=kind)
    assert request.state == "identity_confirmed"
    return person, request


def told(people: dict[str, Person], worker: Worker) -> None:
    """Say the figures (--log-cli-level=INFO shows them), and hold the pages of officers against ten minutes."""
    machine = sum(person.seconds for person in people.values()) + worker.seconds
    pages = {name: person.pages for name, person in people.items()}
    words = sum(one.words for name, one in people.items() if name != "person")
    logger.info("pages: %s; %.1f s of the machine, %.1f of them in the background", pages, machine, worker.seconds)
    logger.info("officers read %s words", words)
    assert sum(many for name, many in pages.items() if name != "person") <= MOST_PAGES
    assert words <= MOST_WORDS


def test_an_erasure_from_intake_to_certificate_within_ten_minutes(officer: Any) -> None:
    """S4-64, S4-72: every step is pressed on a page that offers it; four eyes, a sweep, a certificate that verifies."""
    plant(make_user("scientist", "Data scientist"))
    worker = Worker()
    person, request = asks("erasure")
    first, second = (
        Person(sign_in(Client(), officer)),
        Person(sign_in(Client(), make_user("second", "Compliance officer"))),
    )
    page = f"/admin/subjects/subjectrequest/{request.pk}/"
    first.open(HOME)
    assert request.reference in first.open("/admin/subjects/subjectrequest/")
    shown = first.open(f"{page}change/")
    first.send(shown, f"{page}places/")
    shown = first.send(shown, f"{page}erasure/preview/")
    shown = first.send(shown, f"{page}erasure/decide/", target="all", decision="retrain")
    assert "Somebody else with the permission approves it" in shown
    second.send(second.open(f"{page}change/"), f"{page}erasure/approve/")
    first.send(first.open(f"{page}change/"), f"{page}erasure/execute/")
    plan = ErasurePlan.objects.get(request=request)
    worker(done, plan)
    assert plan.state == "done", plan.failure
    shown = first.open(f"{page}change/")
    assert "The erasure is done" in shown
    certificate = first.send(shown, f"{page}erasure/certificate/")
    assert check(certificate, keys(), ADDRESS) == []
    assert not any(ADDRESS.encode() in str(row).encode() for row in rows_with_the_canary())
    told({"person": person, "officer": first, "second officer": second}, worker)


def test_an_access_from_intake_to_the_bundle_within_ten_minutes(officer: Any) -> None:
    """S4-63: collected, downloaded and answered, by the officer alone."""
    plant(make_user("scientist", "Data scientist"))
    worker = Worker()
    person, request = asks("access")
    desk = Person(sign_in(Client(), officer))
    page = f"/admin/subjects/subjectrequest/{request.pk}/"
    desk.open(HOME)
    assert request.reference in desk.open("/admin/subjects/subjectrequest/")
    desk.send(desk.open(f"{page}change/"), f"{page}collect/")
    request.refresh_from_db()
    worker(lambda: run(request.collection_job_id))
    shown = desk.open(f"{page}change/")
    assert "Download bundle" in shown
    started = time.perf_counter()
    archive = desk.client.post(f"{page}bundle/")
    desk.seconds, desk.pages = desk.seconds + time.perf_counter() - started, desk.pages + 1
    assert archive["Content-Disposition"] == f'attachment; filename="{request.reference}.zip"'
    assert "This request is closed" in desk.send(shown, f"{page}answer/", **{"answer-note": "Sent."})
    told({"person": person, "officer": desk}, worker)
