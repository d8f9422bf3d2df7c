"""Every URL, method and role: what each gets stands in ``expected.json``, reviewed line by line.

When a route is added, or a role may something else, the test names the cells that differ and writes what it found:
read the difference, and put it into the file (`tests.roles.table`) only if every line is meant.
"""

import logging
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse

from compliance.audit.coverage.walking import all_routes
from compliance.posture import looking
from modelops import error_pages, prometheus
from modelops.admin_site import PortalAdminSite
from modelops.lib.posture import Control

from . import table
from .actors import ACTORS
from .matrix import Matrix

pytestmark = pytest.mark.django_db
TOGETHER = [
    ("anonymous", "none", "viewer", "pipeline"),
    ("scientist", "owner", "outsider", "engineer"),
    ("officer",),
    ("guard", "custodian"),
]
# What a stranger gets more of than the way in: each for a reason.
OPEN = {
    "GET health/live": "a load balancer has no account",
    "GET health/ready": "names dependencies, never a reason",
    "GET metrics": "guarded by address or token",
    "POST metrics": "the same page",
    "GET sign-in/": "the way in",
    "POST sign-in/": "the way in",
    "GET api/schema/": "describes a published interface; a client reads it before it has a key",
    "GET .well-known/jwks.json": "public keys",
    "GET mlflow/": "says nothing; it leads on by a part of the address that reaches no server",
    "GET robots.txt": "asks robots to stay away",
    "GET sign-in/forgotten/": "the way back in",
    "POST sign-in/forgotten/": "the way back in",
    "GET privacy/request/": "people without an account ask about their data",
    "POST privacy/request/": "the same; throttled, and one answer for everybody",
    "POST sign-in/passkey/options/": "the way in",
}


@pytest.fixture
def matrix(settings: Any, http_receiver: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Matrix]:
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = True
    monkeypatch.setattr(error_pages, "render", once(error_pages.render))
    controls = looked_at_once()
    monkeypatch.setattr(looking, "controls", lambda: iter(controls))
    monkeypatch.setattr(prometheus, "choose_encoder", written_once(prometheus.choose_encoder))
    monkeypatch.setattr(PortalAdminSite, "_build_app_dict", listed_once(PortalAdminSite._build_app_dict))
    logging.disable(logging.CRITICAL)  # thousands of refusals are what is asked for
    yield Matrix(http_receiver.url)
    logging.disable(logging.NOTSET)


def once(render: Any) -> Any:
    """A refusal looks the same each time: it is rendered once for each person and reason, not a thousand times."""
    pages: dict[tuple[object, ...], bytes] = {}

    def rendered(request: HttpRequest, template: str, context: dict[str, Any], *, status: int) -> HttpResponse:
        known = (request.user.pk, template, *context.items())
        if known not in pages:
            pages[known] = render(request, template, context, status=status).content
        return HttpResponse(pages[known], status=status)

    return rendered


def looked_at_once() -> list[Control]:
    """Every control, which looks the first time: what each call does is taken back, so that it finds the same again."""
    return [replace(control, look=cache(control.look)) for control in looking.controls()]


def written_once(choose: Any) -> Any:
    """The metrics of thousands of calls, which are the same page for whoever may read it."""
    pages: dict[str, bytes] = {}

    def chosen(accept: str) -> tuple[Any, str]:
        encode, kind = choose(accept)
        return (lambda registry: pages.get(kind) or pages.setdefault(kind, encode(registry))), kind

    return chosen


def listed_once(build: Any) -> Any:
    """What somebody may look at in the admin, which stands beside each of its pages: the same on all of them."""
    lists: dict[tuple[object, ...], dict[str, Any]] = {}

    def listed(self: PortalAdminSite, request: HttpRequest, label: str | None = None) -> dict[str, Any]:
        known = (request.user.pk, label)
        if known not in lists:
            lists[known] = build(self, request, label)
        return lists[known]

    return listed


def test_everybody_is_asked_for() -> None:
    assert sorted(ACTORS) == sorted(actor for actors in TOGETHER for actor in actors)


def test_every_route_is_in_the_table_and_nothing_else() -> None:
    """S1-21: the quick half: a new route is named here within a second."""
    there = {f"{method} {route.path}" for route in all_routes() for method in route.methods}
    assert sorted(there ^ table.read().keys()) == []


@pytest.mark.slow
@pytest.mark.parametrize("actors", TOGETHER, ids=" ".join)
def test_every_role_gets_what_the_table_says_of_every_route(
    matrix: Matrix, actors: tuple[str, ...], tmp_path: Path
) -> None:
    """S1-21, S4-12 to S4-14, S4-17, S4-18: portal, admin and API; a route that is not in the table fails here."""
    found: table.Cells = {}
    for actor in actors:
        for route, word in matrix.cells(actor):
            found.setdefault(route, {})[actor] = word
    wrong = table.differences(found, table.read(), actors)
    if wrong:
        (tmp_path / "found.json").write_text(table.written(found))
    assert wrong == [], f"{len(wrong)} cells differ; what was found: {tmp_path / 'found.json'}"


def test_a_stranger_gets_nothing_but_the_way_in() -> None:
    """S1-20: over the reviewed table, which the test above holds against every route."""
    for route, cells in table.read().items():
        word = cells["anonymous"]
        if route in OPEN:
            continue
        assert word == "302:sign-in" or word[:3] in {"302", "401", "403", "404", "405", "410", "415", "422", "400"}, (
            route,
            word,
        )
        if not route.partition(" ")[2].startswith(("sign-", "invitation/", "account/", "api/v1/auth/", "reports/")):
            assert word in {"302:sign-in", "302", "401", "403", "404"}, (route, word)


def test_the_table_has_no_failure_and_no_way_around() -> None:
    """S4-17, S4-18, S4-14: what must hold whatever routes are added, read off the reviewed table."""
    for route, cells in table.read().items():
        path = route.partition(" ")[2]
        # 501 is what MLflow's client expects of a transfer that is not offered.
        assert not any(word.startswith("5") and word != "501" for word in cells.values()), route
        if path.startswith("admin/"):
            for actor in ("anonymous", "none", "viewer", "scientist", "engineer"):
                assert cells[actor][:3] in {"302", "403", "404"}, (route, actor)
        # 400 and 403 come before any object is looked for; a data source is open to roles, so nobody is an outsider.
        if (word := cells.get("outsider")) is not None and not path.startswith("api/v1/data-sources/"):
            assert word in {"404", "403"} or (word == "400" == cells["scientist"]), (route, word)
        is_called = path.startswith("api/v1/") and not path.startswith("api/v1/auth/")
        if is_called or (path.startswith("mlflow/") and path != "mlflow/"):
            assert cells["anonymous"] == "401", route
