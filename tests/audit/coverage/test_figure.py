"""The figure "audit coverage", its page and its tile; and that every outcome has its rows."""

import pytest
from django.test import Client
from django.urls import reverse

from compliance.audit import Actor
from compliance.audit.coverage.evidence import Coverage, Line, coverage
from compliance.audit.coverage.mapping import Mapped, coverage_map
from compliance.audit.models import AuditEvent
from compliance.ledger_desk.coverage import everything_is_covered
from tests.accounts.people import make_user, sign_in
from tests.audit.coverage.test_routes import AREAS
from tests.registry.samples import make_model, make_version

pytestmark = pytest.mark.django_db


def test_everything_is_proven() -> None:
    """S4-125: 100 %, counted over routes and models; a new one makes it less."""
    found = coverage()
    assert found.missing == []
    assert (found.percent, found.proven) == (100.0, found.total)
    one = next(one for one in coverage_map().routes if one.events)
    new = Line(Mapped("GET models/-/burn/", "burn", one.told), "")
    less = Coverage([*found.routes, new], found.models, ["POST models/-/burn/"])
    assert less.percent < 100
    assert less.missing == ["POST models/-/burn/", "GET models/-/burn/"]


def test_each_proof_names_a_call_that_the_suite_makes() -> None:
    """S4-125: what the file says is proven is what the tests perform; they fail when it says more or less."""
    for line in coverage().routes:
        if line.proven_by in AREAS:
            assert line.mapped.name in AREAS[line.proven_by]
        else:
            assert line.proven_by in {"", "admin"}


def test_the_officer_sees_the_figure_and_every_route_behind_it() -> None:
    """S4-125: a tile on the first page, a control in the posture, and the page that both lead to."""
    desk = sign_in(Client(), make_user("officer", "Compliance officer"))
    page = reverse("admin:audit-coverage")
    first = desk.get("/admin/").text
    assert f'href="{page}"' in first
    assert "Audit coverage" in first
    assert "leave its rows" in desk.get("/admin/posture/").text
    assert everything_is_covered().passed
    shown = desk.get(page).text
    for part in ("POST models/-/new/", "registry.model.registered", "registry.ModelVersion", "an empty form"):
        assert part.lower() in shown.lower()
    exempt = desk.get(f"{page}?state=exempt").text
    assert "registry.model.registered" not in exempt
    assert "style=" not in shown
    assert sign_in(Client(), make_user("scientist")).get(page).status_code == 302


def test_success_denial_and_failure_have_rows() -> None:
    """S4-84: who did it, what came of it."""
    from registry.aliases.services import set_alias
    from registry.services.delivery import Delivery

    scientist = make_user("scientist")
    version = make_version(make_model(scientist), scientist)
    viewer = sign_in(Client(), make_user("viewer", "Viewer"))
    assert viewer.post("/models/-/new/", {"name": "x"}).status_code == 403
    delivery = Delivery(version, version.artifact, None, actor=Actor.system("tests"))
    delivery.close()  # dropped before a byte was read
    set_alias(version.model, "candidate", version, actor=Actor.system("tests"))
    outcomes = set(AuditEvent.objects.values_list("outcome", flat=True))
    assert outcomes == {"success", "denied", "failure"}
    assert AuditEvent.objects.get(outcome="denied", name="audit.request.refused").actor_kind == "user"
