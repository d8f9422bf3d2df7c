"""Who decides on access to a model or dataset, by which way, and what becomes of grants that ran out."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from registry.grants import services
from registry.grants.models import Grant
from registry.models import ModelVersion, RegisteredModel
from tests.accounts.people import make_user
from tests.accounts.people import sign_in_earlier as sign_in
from tests.registry.answers import problem_of
from tests.registry.samples import make_dataset, make_model

pytestmark = pytest.mark.django_db

ACTOR = Actor.system("tests")


def test_the_owner_decides_over_rest(scientist: User, reader: User, two: Any, api_as: Callable[..., Client]) -> None:
    """S0-06: every change is recorded."""
    owner, other = api_as(scientist), api_as(reader)
    url = "/api/v1/models/alpha/grants/"
    given = owner.post(url, {"user": "reader", "level": "edit"}, content_type="application/json")
    assert given.status_code == 201, given.content
    # Who may edit does not decide who else may.
    for refused in (
        other.get(url),
        other.post(url, {"user": "reader"}, content_type="application/json"),
        other.delete(f"{url}{given.json()['id']}/"),
        other.patch("/api/v1/models/alpha/", {"is_restricted": False}, content_type="application/json"),
        other.patch("/api/v1/models/alpha/", {"owner": "reader"}, content_type="application/json"),
        other.put("/api/v1/models/alpha/access-code/", {}, content_type="application/json"),
    ):
        assert problem_of(refused) == (403, "access.not_manager")
    assert [row["user"] for row in owner.get(url).json()["results"]] == ["reader"]
    for said, code in (
        ({"user": "nobody"}, (404, "grant.holder_not_found")),
        ({"user": "reader", "group": "Viewer"}, (400, "grant.one_holder")),
        ({"user": "reader", "level": "all"}, (400, "grant.unknown_level")),
        ({"user": "reader", "expires_at": "2020-01-01T00:00:00Z"}, (400, "grant.over")),
        ({"user": "reader", "model": "beta"}, (400, "request.unknown_field")),
    ):
        assert problem_of(owner.post(url, said, content_type="application/json")) == code
    assert owner.delete(f"{url}{given.json()['id']}/").status_code == 204
    assert other.get("/api/v1/models/alpha/").status_code == 404
    events = AuditEvent.objects.filter(name__startswith="registry.grant.").order_by("id")
    assert [event.name for event in events] == ["registry.grant.given", "registry.grant.revoked"]
    assert "reader" not in str(events[0].details)


def test_what_cannot_be_set_is_refused_and_changes_nothing(scientist: User, api: Client) -> None:
    """S0-06: no mass assignment of what decides access."""
    for field, value in (
        ("owner", "someone"), ("id", "x"), ("is_restricted", True), ("deleted_at", None), ("access_code_hash", "x"),
        ("last_number", 5), ("created_at", "2020-01-01"),
    ):  # fmt: skip
        body = {"name": "gamma", "task_type": "regression", field: value}
        refused = api.post("/api/v1/models/", body, content_type="application/json")
        assert problem_of(refused) == (400, "request.unknown_field"), field
    assert not RegisteredModel.objects.filter(name="gamma").exists()
    model = make_model(make_user("owner"), "delta")
    before = RegisteredModel.objects.values().get(pk=model.pk)
    for field, value in (("is_restricted", True), ("needs_step_up", True), ("owner", "scientist")):
        refused = api.patch(
            "/api/v1/models/delta/", {field: value, "description": "x"}, content_type="application/json"
        )
        assert problem_of(refused) == (403, "access.not_manager"), field
    for field in ("name", "task_type", "access_code_hash", "last_number", "min_replicas", "deleted_at"):
        refused = api.patch("/api/v1/models/delta/", {field: "regression"}, content_type="application/json")
        assert problem_of(refused) == (400, "request.unknown_field"), field
    assert RegisteredModel.objects.values().get(pk=model.pk) == before


def test_a_form_that_is_refused_shows_nobody_without_a_row(scientist: User, portal: Client) -> None:
    """The page names who has access, whatever was sent to get it."""
    make_model(scientist, "alpha")
    for path, status in (("access/grants/", 422), ("access/code/", 422), ("access/", 200)):
        before = AuditEvent.objects.filter(name="registry.access.viewed").count()
        method = portal.get if status == 200 else portal.post
        assert method(f"/models/alpha/{path}").status_code == status, path
        assert AuditEvent.objects.filter(name="registry.access.viewed").count() == before + 1, path


def test_the_owner_decides_on_a_page(scientist: User, reader: User, portal: Client, client: Client) -> None:
    """S0-06."""
    make_model(scientist, "alpha")
    page = "/models/alpha/access/"
    assert portal.post(page, {"is_restricted": "on"}).status_code == 302
    assert RegisteredModel.objects.get(name="alpha").is_restricted
    assert portal.post(f"{page}grants/", {"user": "nobody", "level": "view"}).status_code == 422
    assert portal.post(f"{page}grants/", {"user": "reader", "level": "download"}).status_code == 302
    text = portal.get(page).content.decode()
    assert "reader" in text
    assert 'style="' not in text
    assert "Restricted" in portal.get("/models/alpha/").content.decode()
    other = sign_in(Client(), reader)
    assert other.get("/models/alpha/").status_code == 200
    assert other.get(page).status_code == 403
    grant = Grant.objects.get()
    assert portal.post(f"{page}grants/{grant.pk}/revoke/").status_code == 302
    assert other.get("/models/alpha/").status_code == 404
    make_dataset(scientist, "flights")
    assert portal.post("/datasets/flights/access/", {"is_restricted": "on"}).status_code == 302
    assert other.get("/datasets/flights/").status_code == 404


def test_grants_in_the_admin_go_through_the_service(two: Any, reader: User, client: Client) -> None:
    root = make_user("root")
    User.objects.filter(pk=root.pk).update(is_staff=True, is_superuser=True)
    sign_in(client, root)
    alpha, _ = two
    add = {"model": str(alpha.pk), "user": str(reader.pk), "level": "view"}
    assert client.post("/admin/grants/grant/add/", add | {"group": "1"}).status_code == 200
    assert client.post("/admin/grants/grant/add/", add).status_code == 302
    grant = Grant.objects.get()
    assert client.post(f"/admin/grants/grant/{grant.pk}/delete/", {"post": "yes"}).status_code == 302
    names = AuditEvent.objects.filter(name__startswith="registry.grant.").values_list("name", flat=True)
    assert sorted(names) == ["registry.grant.given", "registry.grant.revoked"]
    change = f"/admin/registry/registeredmodel/{alpha.pk}/change/"
    assert client.post(change, {"needs_step_up": "on"}).status_code == 302
    alpha.refresh_from_db()
    assert (alpha.is_restricted, alpha.needs_step_up) == (False, True)
    # From now on changing it asks for a fresh factor, in the admin too.
    answer = client.post(change, {})
    assert answer.headers["Location"].startswith("/account/confirm/?next=")
    assert ModelVersion.objects.filter(model=alpha).exists()


def test_what_has_expired_is_reviewed_no_more_and_removed_with_a_row(two: Any, reader: User) -> None:
    """S4-93: whatever is removed by the clock is told as if somebody had taken it away."""
    from compliance.retention.services import apply_retention
    from registry.grants.access_rights import grants

    alpha, beta = two
    over, standing = (services.give(one, reader, "view", actor=ACTOR) for one in (alpha, beta))
    Grant.objects.filter(pk=over.pk).update(expires_at=timezone.now())
    assert [right.key for right in grants()] == [str(standing.pk)]
    [applied] = [result for result in apply_retention(actor=ACTOR, execute=True) if result.key == "registry.grants"]
    assert (applied.due, applied.removed) == (1, 1)
    assert Grant.objects.get() == standing
    told = AuditEvent.objects.get(name="registry.grant.revoked")
    assert (told.target_id, told.actor_ref) == (str(alpha.pk), ACTOR.ref)
    assert "delete" in [change["operation"] for change in told.details["diff"]]
