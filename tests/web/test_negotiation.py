"""Which form an answer takes: what is not weighed gives what the framework would give."""

from typing import Any

import pytest
from django.http import Http404
from django.test import Client
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BrowsableAPIRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from modelops.rest.negotiation import Negotiation
from tests.portal.people import key_for

ACCEPTED = (
    None, "", "*/*", "application/json", "application/*", "text/html", "application/json; indent=8", "text/html, */*",
    "application/json;q=0.5, text/html", "application/xml", "nonsense", "*/*;q=0",
)  # fmt: skip


def chosen(negotiation: Any, accept: str | None, query: str, renderers: list[Any]) -> Any:
    said = {} if accept is None else {"HTTP_ACCEPT": accept}
    request = Request(APIRequestFactory().get(f"/{query}", **said))
    try:
        return negotiation.select_renderer(request, renderers)
    except (NotAcceptable, Http404) as error:
        return type(error)


@pytest.mark.parametrize("accept", ACCEPTED)
@pytest.mark.parametrize("query", ["", "?format=json", "?format=xml", "?a=format"])
def test_it_is_what_the_framework_chooses(accept: str | None, query: str) -> None:
    json, page = JSONRenderer(), BrowsableAPIRenderer()
    for renderers in ([json], [json, page], [page, json], []):
        expected = chosen(DefaultContentNegotiation(), accept, query, renderers)
        assert chosen(Negotiation(), accept, query, renderers) == expected


@pytest.mark.django_db
def test_a_form_that_no_view_has_is_refused(client: Client) -> None:
    key = {"Authorization": f"Bearer {key_for('pipeline', 'Pipeline')}"}
    assert client.get("/api/v1/models/", headers=key | {"Accept": "text/csv"}).status_code == NotAcceptable.status_code
    assert client.get("/api/v1/models/", headers=key | {"Accept": "*/*"}).headers["Content-Type"] == "application/json"
