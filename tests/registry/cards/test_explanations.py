"""Explanations of a version: kept, drawn, and shown to who may have them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from registry.models import ModelVersion
from tests.accounts.people import make_user, sign_in_earlier
from tests.registry.answers import problem_of
from tests.registry.samples import make_model, make_version

ADDRESS = "/api/v1/models/arrival-delay/versions/1/explanations/"
PAGE = "/models/arrival-delay/versions/1/explanation/"
SHAP = {"method": "SHAP", "rows": 500, "features": [{"name": "hour", "value": 0.1}, {"name": "<b>", "value": 0.4}]}


@pytest.fixture
def version(scientist: User) -> ModelVersion:
    """A version."""
    return make_version(make_model(scientist), scientist)


def _send(api: Client, said: Any) -> Any:
    return api.post(ADDRESS, said, content_type="application/json")


def test_an_explanation_is_drawn_as_bars(api: Client, portal: Client, version: ModelVersion) -> None:
    """S2-78: an explanation JSON renders a bar chart."""
    assert _send(api, SHAP).status_code == 201
    [row] = api.get(ADDRESS).json()["results"]
    assert [feature["name"] for feature in row["features"]] == ["<b>", "hour"]
    page = portal.get(PAGE).content.decode()
    assert 'class="chart-bar"' in page
    assert "&lt;b&gt;" in page
    assert portal.post(f"{PAGE}add/", {"explanation": "{}"}).status_code == 422
    assert portal.post(f"{PAGE}add/", {"explanation": '{"features": [{"name": "a", "value": 1}]}'}).status_code == 302


def test_without_the_permission_there_is_no_explanation(
    api: Client, api_as: Callable[..., Client], client: Client, version: ModelVersion
) -> None:
    """S2-78: users without explain get 403, over REST and on the page."""
    _send(api, SHAP)
    viewer = make_user("reader", "Viewer")
    assert problem_of(api_as(viewer).get(ADDRESS)) == (403, "permission.denied")
    assert sign_in_earlier(client, viewer).get(PAGE).status_code in {302, 403}
    assert "SHAP" not in client.get(PAGE, follow=True).content.decode()


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"features": []},
        {"features": [{"name": "a", "value": -1}]},
        {"features": [{"name": "a", "value": 1}, {"name": "a", "value": 2}]},
        {"features": [{"name": "a", "value": 1}], "more": 1},
        {"features": [{"name": "a", "value": 1}], "rows": 0},
        {"features": [{"name": "a", "value": 10**400}]},
        {"features": [{"name": str(n), "value": n} for n in range(501)]},
        [1],
    ],
)
def test_what_is_no_explanation_is_refused(api: Client, version: ModelVersion, said: Any) -> None:
    """S2-78, S4-32."""
    assert problem_of(_send(api, said)) == (400, "explanation.invalid")
