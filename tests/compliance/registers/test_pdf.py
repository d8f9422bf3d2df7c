"""The registers as PDF, read back by another library."""

import io
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from compliance.registers import services
from compliance.registers.exports import REGISTERS
from compliance.registers.models import ProcessingActivity
from tests.accounts.people import make_user, sign_in
from tests.compliance.registers.test_registers import ART_30, BREACH, activity

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("tests")
PDF = "/admin/registers/processingactivity/export/pdf/"


@pytest.fixture
def desk() -> Client:
    return sign_in(Client(), make_user("officer", "Compliance officer"))


def read(desk: Client, address: str = PDF) -> PdfReader:
    answer = desk.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"].startswith("attachment")
    return PdfReader(io.BytesIO(answer.content), strict=True)


def text_of(file: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in file.pages).split())


def fonts_of(file: PdfReader) -> list[Any]:
    return [font.get_object() for page in file.pages for font in page["/Resources"]["/Font"].values()]


def test_the_register_of_activities_has_every_field_of_article_30(desk: Client) -> None:
    """S4-55: the officer creates an activity and takes the PDF from the list; it has each field with its value."""
    activity(desk)
    listed = desk.get(reverse("admin:registers_processingactivity_changelist")).text
    assert f'href="{PDF}"' in listed
    file = read(desk)
    text = text_of(file)
    for heading, value in REGISTERS["activities"].columns:
        said = value(ProcessingActivity.objects.get())
        said = ", ".join(said) if isinstance(said, list) else said.isoformat() if hasattr(said, "isoformat") else said
        assert f"{heading} {said or 'none'}" in text, heading
    assert text.startswith("Record of processing activities (GDPR Art. 30) Controller Airport, Data Office")
    assert text.endswith("Page 1 of 1")
    assert f"{timezone.now():%Y-%m-%d}" in text
    event = AuditEvent.objects.get(name="registers.register.exported")
    assert (event.details["form"], event.details["rows"]) == ("pdf", 1)


def test_it_says_what_it_is_and_brings_its_fonts(desk: Client) -> None:
    """S4-55: title, language and outline; each font is in the file, so that it reads the same everywhere."""
    activity(desk, subjects="乘客 and пассажиры")
    file = read(desk)
    assert (file.metadata.title, file.metadata.author) == (REGISTERS["activities"].title, "ModelOps portal")
    assert file.trailer["/Root"]["/Lang"] == "en"
    assert [one.title for one in file.outline] == [ART_30["name"]]
    assert "乘客 and пассажиры" in text_of(file)
    fonts = fonts_of(file)
    assert len({font["/BaseFont"] for font in fonts}) >= 3
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)


def test_what_somebody_wrote_is_text_and_nothing_else(desk: Client) -> None:
    """S4-55, S4-132: markup, drawing operators, hidden directions and characters without a glyph are shown."""
    hostile = "<b>x</b> &lt; <img src='file:///etc/passwd'/> (a) Tj ET \\) endobj %"
    activity(desk, recipients=hostile, categories="\u202etxt.exe", transfers="हिन्दी", name=") Tj <i>")
    file = read(desk)
    text = text_of(file)
    assert hostile in text
    assert "⟨U+202E⟩txt.exe" in text
    assert "⟨U+0939⟩" in text
    assert [one.title for one in file.outline] == [") Tj <i>"]
    assert not any("/Annots" in page or "/XObject" in page["/Resources"] for page in file.pages)


def test_a_long_register_breaks_over_pages_and_counts_them(desk: Client) -> None:
    """S4-55: no line is lost at the end of a page, and each page says which it is of how many."""
    words = " ".join(f"w{number}" for number in range(200))
    for number in range(12):
        given = {**ART_30, "name": f"Activity {number:02}", "measures": words, "datasets": []}
        services.add_activity(given, actor=ACTOR)
    file = read(desk)
    assert len(file.pages) > 5
    for number, page in enumerate(file.pages, 1):
        assert page.extract_text().strip().endswith(f"Page {number} of {len(file.pages)}")
    between = r"Record of \S+ \S+ \(GDPR Art. 30\), [-0-9: ]+ UTC Page \d+ of \d+ (Activity \d\d \(continued\) )?"
    text = re.sub(between, "", text_of(file))
    assert text.count(words) == 12
    assert [one.title for one in file.outline] == [f"Activity {number:02}" for number in range(12)]


def test_breaches_and_an_empty_register_leave_as_pdf_too(desk: Client) -> None:
    """S4-130: the contents of Art. 33(3); an empty register says that it is."""
    empty = text_of(read(desk))
    assert "Entries 0" in empty
    services.open_breach({**BREACH, "known_at": timezone.now()}, actor=ACTOR)
    text = text_of(read(desk, reverse("admin:registers_breaches_export", args=["pdf"])))
    for value in BREACH.values():
        assert str(value) in text


def test_who_may_not_see_the_register_gets_no_pdf() -> None:
    scientist = sign_in(Client(), make_user("scientist"))
    assert scientist.get(PDF).status_code in {302, 403}
    assert not AuditEvent.objects.filter(name="registers.register.exported").exists()
