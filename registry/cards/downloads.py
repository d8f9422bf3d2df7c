"""Answers that carry a document."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from modelops.lib.errors import Invalid

from .documents import Document
from .written import FORMS, written


def asked_form(asked: str) -> str:
    """The form of a document that is asked for. Raises Invalid."""
    if asked not in FORMS:
        raise Invalid(
            f"A document cannot be had as {asked[:40]!r}; use {', '.join(FORMS)}.",
            code="document.unknown_form",
            field="as",
        )
    return asked


def document_response(document: Document, form: str, name: str) -> HttpResponse:
    """``document`` as a file to save: it holds what people wrote, so no browser opens it in the portal's place."""
    kind, ending = FORMS[form]
    answer = HttpResponse(written(document, form), content_type=kind)
    answer["Content-Disposition"] = content_disposition_header(True, f"{name}.{ending}")
    answer["Cache-Control"] = "no-store"
    return answer
