"""Keys for single models and datasets, for networks, and their succession."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import ApiKey, Notice, User
from accounts.services import issue_api_key, revoke_api_key, rotate_api_key
from compliance.audit import Actor
from modelops.lib.errors import Conflict, Invalid
from tests.accounts.conftest import Clock
from tests.accounts.people import make_user
from tests.registry.samples import make_dataset, make_dataset_version, make_model, make_version, safetensors

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")
DOWNLOAD = "registry.download_artifact"


@pytest.fixture
def scientist() -> User:
    """Somebody who may do everything with models."""
    return make_user()


@pytest.fixture
def _objects(scientist: User) -> None:
    """Two models and two datasets, each with a version; beta was trained on rides."""
    datasets = {name: make_dataset(scientist, name) for name in ("flights", "rides")}
    versions = {name: make_dataset_version(row, scientist) for name, row in datasets.items()}
    for name in ("alpha", "beta"):
        version = make_version(make_model(scientist, name), scientist)
        version.datasets.add(*versions.values())


def key_of(owner: User, *scopes: str, **more: Any) -> Client:
    """A program with a key."""
    wanted = {"name": "nightly", "days": 30, "actor": ACTOR, **more}
    text = issue_api_key(owner, scopes=list(scopes), **wanted)[1]
    return Client(headers={"authorization": f"Bearer {text}"})


def names(api: Client, path: str) -> set[str]:
    """What a list shows."""
    answer = api.get(f"/api/v1/{path}/")
    assert answer.status_code == 200, answer.content
    return {row["name"] for row in answer.json()["results"]}


@pytest.mark.usefixtures("_objects")
def test_a_key_for_one_model_downloads_that_one_only(scientist: User, clock: Clock) -> None:
    """S0-40: a token scoped to model A downloads A only, expires on its date, and its last use is shown."""
    api = key_of(scientist, f"{DOWNLOAD}:alpha")
    assert b"".join(api.get("/api/v1/models/alpha/versions/1/artifact/")) == safetensors()
    assert api.get("/api/v1/models/beta/versions/1/artifact/").status_code == 404
    # It names a model: a dataset of the same permission is something else, and so is viewing.
    assert api.get("/api/v1/datasets/flights/versions/1/artifact/").status_code == 404
    assert api.get("/api/v1/models/").status_code == 403
    key = ApiKey.objects.get()
    assert key.last_used_at is not None
    assert key.last_used_network == "127.0.0.0/24"
    clock.forward(days=30, seconds=1)
    assert api.get("/api/v1/models/alpha/versions/1/artifact/").json()["code"] == "auth.key_expired"


@pytest.mark.usefixtures("_objects")
def test_lists_and_lineage_show_what_the_key_names(scientist: User) -> None:
    """S0-40: the check sits where the registry decides, for lists as well."""
    api = key_of(
        scientist,
        "registry.view_registeredmodel:alpha",
        "registry.view_modelversion:alpha",
        "registry.view_dataset:flights",
        "registry.view_datasetversion:flights",
    )
    assert names(api, "models") == {"alpha"}
    assert names(api, "datasets") == {"flights"}
    assert api.get("/api/v1/models/alpha/versions/1/").status_code == 200
    shown = api.get("/api/v1/models/alpha/versions/1/").json()["datasets"]
    assert "rides" not in str(shown)
    assert "flights" in str(shown)
    for path in ("models/beta/", "models/beta/versions/", "models/beta/versions/1/", "datasets/rides/versions/1/"):
        assert api.get(f"/api/v1/{path}").status_code == 404, path
    # What the key does not name at all stays shut, also for its own model.
    assert api.get("/api/v1/models/alpha/versions/1/artifact/").status_code == 403


@pytest.mark.usefixtures("_objects")
def test_each_permission_has_objects_of_its_own(scientist: User) -> None:
    api = key_of(scientist, "registry.view_registeredmodel", "registry.view_modelversion", f"{DOWNLOAD}:dataset/rides")
    assert names(api, "models") == {"alpha", "beta"}
    assert api.get("/api/v1/models/beta/versions/1/").status_code == 200
    assert api.get("/api/v1/models/beta/versions/1/artifact/").status_code == 404
    assert b"".join(api.get("/api/v1/datasets/rides/versions/1/artifact/"))
    assert api.get("/api/v1/datasets/flights/versions/1/artifact/").status_code == 404


@pytest.mark.usefixtures("_objects")
def test_a_key_for_one_model_registers_and_changes_no_other(scientist: User) -> None:
    api = key_of(scientist, "registry.add_registeredmodel:gamma", "registry.change_registeredmodel:alpha")
    json = {"content_type": "application/json"}
    body = {"task_type": "regression", "description": ""}
    refused = api.post("/api/v1/models/", {"name": "delta", **body}, **json)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope.other_object")
    assert api.post("/api/v1/models/", {"name": "gamma", **body}, **json).status_code == 201
    assert api.patch("/api/v1/models/alpha/", {"description": "new"}, **json).status_code == 200
    assert api.patch("/api/v1/models/beta/", {"description": "new"}, **json).status_code == 404


@pytest.mark.usefixtures("_objects")
def test_a_key_of_the_compliance_officer_is_confined_as_well() -> None:
    """Whoever sees everything restricted sees with such a key no more than it names."""
    officer = make_user("officer", "Compliance officer")
    assert names(key_of(officer, "all"), "models") == {"alpha", "beta"}
    assert names(key_of(officer, "registry.view_registeredmodel:beta"), "models") == {"beta"}


@pytest.mark.parametrize(
    "scope", [f"{DOWNLOAD}:", f"{DOWNLOAD}:a b", f"{DOWNLOAD}:thing/x", "registry.fly:x", "all:x", f"{DOWNLOAD}:../x"]
)
def test_a_scope_for_no_possible_object_is_refused(scientist: User, scope: str) -> None:
    with pytest.raises(Invalid) as refusal:
        key_of(scientist, scope)
    assert refusal.value.code == "api_key.unknown_scope"


def test_a_key_works_from_its_networks_only(scientist: User, rows: Callable[..., int]) -> None:
    """Refused elsewhere with a row, and not to be had by a header that anybody can send."""
    api = key_of(scientist, "all", networks=["192.0.2.0/24", "2001:db8::/32"])
    for address in ("192.0.2.7", "2001:db8::1", "::ffff:192.0.2.9"):
        assert api.get("/api/v1/models/", REMOTE_ADDR=address).status_code == 200
    for address in ("192.0.3.7", "127.0.0.1", "2001:db9::1", ""):
        answer = api.get("/api/v1/models/", REMOTE_ADDR=address)
        assert (answer.status_code, answer.json()["code"]) == (401, "auth.key_elsewhere"), address
    assert rows("audit.request.refused", details__code="auth.key_elsewhere") == 4
    assert api.get("/api/v1/models/", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 401
    for wrong in (["192.0.2.0/33"], ["nonsense"], ["192.0.2.7/24"]):
        with pytest.raises(Invalid):
            key_of(scientist, "all", networks=wrong)
    assert ApiKey.objects.get().networks == ["192.0.2.0/24", "2001:db8::/32"]


def test_a_key_is_replaced_with_an_overlap(scientist: User, clock: Clock, rows: Callable[..., int]) -> None:
    """The new key has what the old one had; the old one ends after the overlap."""
    old, text = issue_api_key(
        scientist, name="nightly", scopes=[f"{DOWNLOAD}:alpha"], networks=["127.0.0.1"], days=30, actor=ACTOR
    )
    new, successor = rotate_api_key(old, overlap_h=24, actor=ACTOR)
    assert (new.scopes, new.networks, new.name, new.replaces) == (old.scopes, old.networks, "nightly", old)
    assert 29 <= (new.expires_at - old.created_at).days <= 30

    def status(key: str) -> int:
        return int(Client().get("/api/v1/models/", headers={"authorization": f"Bearer {key}"}).status_code)

    assert (status(text), status(successor)) == (403, 403)
    with pytest.raises(Conflict):
        rotate_api_key(old, actor=ACTOR)
    clock.forward(hours=23)
    assert status(text) == 403
    clock.forward(hours=2)
    assert (status(text), status(successor)) == (401, 403)
    assert rows("accounts.api_key.rotated", target_id=str(old.pk)) == 1
    for wrong in (-1, 169):
        with pytest.raises(Invalid):
            rotate_api_key(new, overlap_h=wrong, actor=ACTOR)
    revoke_api_key(new, actor=ACTOR)
    with pytest.raises(Conflict):
        rotate_api_key(new, actor=ACTOR)


def test_an_overlap_never_prolongs_a_key(scientist: User) -> None:
    old, _ = issue_api_key(scientist, name="short", scopes=["all"], days=1, actor=ACTOR)
    rotate_api_key(old, overlap_h=168, actor=ACTOR)
    old.refresh_from_db()
    assert (old.expires_at - old.created_at).total_seconds() <= 86_401


def test_the_owner_is_told_of_keys_and_of_their_end(scientist: User, clock: Clock) -> None:
    """Issued, replaced, about to end, revoked: each once, to the confirmed address."""
    from django.utils import timezone

    from accounts.tasks import tell_of_ending_keys

    User.objects.filter(pk=scientist.pk).update(email="scientist@example.org", email_confirmed_at=timezone.now())
    scientist.refresh_from_db()

    def told() -> list[str]:
        return list(Notice.objects.order_by("created_at").values_list("kind", flat=True))

    key, _ = issue_api_key(scientist, name="nightly", scopes=["all"], days=30, actor=ACTOR)
    issue_api_key(scientist, name="for today", scopes=["all"], days=1, actor=ACTOR)
    assert (tell_of_ending_keys(), told()) == (0, ["api_key_issued"] * 2)
    clock.forward(days=24)
    assert (tell_of_ending_keys(), tell_of_ending_keys()) == (1, 0)
    assert told()[2:] == ["api_key_ends"]
    successor, _ = rotate_api_key(key, actor=ACTOR)
    revoke_api_key(successor, actor=ACTOR)
    assert told()[3:] == ["api_key_rotated", "api_key_revoked"]


@pytest.mark.usefixtures("_objects")
@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        (["access.predict:alpha"], {"alpha"}),
        (["access.predict"], {"alpha", "beta"}),
        (["all"], {"alpha", "beta"}),
        (["access.explain:alpha", "registry.view_modelversion"], set()),
    ],
)
def test_predicting_is_named_for_each_model(scientist: User, scopes: list[str], allowed: set[str]) -> None:
    """S2-35: a key without predict for a model pushes no predictions for it."""
    from registry.grants.rules import may_act
    from registry.models import RegisteredModel

    key, _ = issue_api_key(scientist, name="gateway", scopes=scopes, days=1, actor=ACTOR)
    scientist.key_scopes = key.scopes
    assert {model.name for model in RegisteredModel.objects.all() if may_act(scientist, model, "predict")} == allowed


def test_knowing_a_key_costs_one_query(scientist: User, django_assert_num_queries: Any) -> None:
    """No answer is kept that could outlive a revocation, and nothing is asked twice."""
    from accounts.services import check_api_key

    key, text = issue_api_key(scientist, name="gateway", scopes=["all"], days=1, actor=ACTOR)
    check_api_key(text, address="127.0.0.1")  # the first use of the day has a row
    with django_assert_num_queries(1):
        assert check_api_key(text, address="127.0.0.1") == key
