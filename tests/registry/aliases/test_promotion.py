"""A protected alias moves only past the gates: the same in the API, the portal and the admin."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from registry.aliases import services as aliases
from registry.aliases.models import Alias, AliasChange
from registry.models import ModelVersion
from registry.signing import services as signing
from registry.signing.models import VersionSignature
from tests.accounts.people import make_user, sign_in
from tests.registry.conftest import api, api_as, portal  # noqa: F401
from tests.registry.promotion.promoting import be_lenient, promote
from tests.registry.samples import make_model, make_version
from tests.registry.signing.bundles import new_key, pem_of, signed

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")
API = "/api/v1/models/arrival-delay/aliases/"
PROMOTIONS = "/api/v1/models/arrival-delay/promotions/"
BAD = "The signature is for other content of 'model.safetensors'."


@pytest.fixture
def scientist(db: None) -> User:
    """Who registers and deploys here: aliases are the ML engineer's."""
    return make_user("scientist", "ML engineer")


@pytest.fixture
def version(scientist: User) -> ModelVersion:
    return make_version(make_model(scientist), scientist)


def spoil(version: ModelVersion) -> None:
    """Give the version a bad signature, and let its model require good ones."""
    key = new_key()
    signing.trust_key("ci", pem_of(key), actor=ACTOR)
    signing.set_policy(version.model, "require", actor=ACTOR)
    signing.add_signature(version, signed({"model.safetensors": b"other"}, key), actor=ACTOR)


def test_an_alias_moves_and_its_history_stays(version: ModelVersion, scientist: User) -> None:
    second = make_version(version.model, scientist)
    for each in (version, second):
        promote(each)
    assert Alias.objects.get().version == second
    changes = AliasChange.objects.order_by("id").values_list("from_number", "to_number")
    assert list(changes) == [(None, 1), (1, 2)]
    assert "signature" in {one["gate"] for one in AliasChange.objects.first().gates}  # type: ignore[union-attr]
    aliases.remove_alias(Alias.objects.get(), actor=ACTOR)
    assert AliasChange.objects.count() == 3
    told = AuditEvent.objects.filter(name__startswith="aliases.alias").order_by("id")
    # S4-93: each says what was before and what is after.
    assert [[change["operation"] for change in row.details["diff"]] for row in told] == [
        ["insert"], ["update"], ["delete"],
    ]  # fmt: skip


def test_the_api_tells_why_a_version_is_not_promoted(api: Client, version: ModelVersion) -> None:  # noqa: F811
    """S1-22: policy=require and a bad signature."""
    be_lenient(version.model)
    body = {"alias": "production", "version": 1}
    directly = api.post(API, body, "application/json")
    assert (directly.status_code, directly.json()["code"]) == (409, "alias.needs_promotion")
    spoil(version)
    refused = api.post(PROMOTIONS, body, "application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "promotion.refused")
    assert BAD in refused.json()["detail"]
    row = AuditEvent.objects.get(name="promotion.promotion.refused")
    assert (row.outcome, row.details["gates"]) == ("denied", "signature")
    # What is not protected is only a name.
    assert api.post(API, {"alias": "candidate", "version": 1}, "application/json").status_code == 200
    shown = api.get(API).json()["results"]
    assert [(one["alias"], one["version"], one["protected"]) for one in shown] == [("candidate", 1, False)]
    assert api.delete(f"{API}candidate/").status_code == 204
    assert api.get(f"{API}candidate/").status_code == 404


def test_the_portal_tells_why_a_version_is_not_promoted(portal: Client, version: ModelVersion) -> None:  # noqa: F811
    """S1-22: the reason stands on the page of the version, and on the page that asks for its promotion."""
    be_lenient(version.model)
    address = version.get_absolute_url()
    page = portal.get(address).content.decode()
    assert "Signed by portal-v1" in page
    spoil(version)
    page = portal.get(address).content.decode()
    assert "The signature is for other content of &#x27;model.safetensors&#x27;." in page
    assert "Invalid" in page
    answer = portal.post(f"{address}alias/", {"alias": "production"}, follow=True).content.decode()
    assert "A gate fails" in answer
    assert "The signature is for other content" in answer
    assert portal.post(f"{address}promote/", {"alias": "production"}).status_code == 422
    assert not Alias.objects.exists()
    assert "is now" in portal.post(f"{address}alias/", {"alias": "candidate"}, follow=True).content.decode()


def test_the_admin_tells_why_a_version_is_not_promoted(version: ModelVersion, client: Client) -> None:
    """S1-22."""
    from accounts.models import User

    be_lenient(version.model)
    user = make_user("root")
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    sign_in(client, user)
    given = {"model": version.model.name, "version": 1, "alias": "production"}
    assert "ask for the promotion" in client.post("/admin/aliases/alias/add/", given).content.decode().lower()
    spoil(version)
    refused = client.post("/admin/promotion/promotion/add/", given)
    assert refused.status_code == 422
    assert "The signature is for other content" in refused.content.decode()
    assert not Alias.objects.exists()
    VersionSignature.objects.filter(version=version, origin="uploaded").delete()
    done = client.post("/admin/promotion/promotion/add/", given, follow=True).content.decode()
    assert "2 others have to approve it" in done


@pytest.mark.parametrize("role", ["Viewer", "Data scientist"])
def test_who_may_not_promote_cannot(api_as: Callable[..., Client], version: ModelVersion, role: str) -> None:  # noqa: F811
    """S4-12, S4-14: to train is not to deploy."""
    viewer = api_as(make_user("viewer", role))
    assert viewer.get(API).status_code == 200
    assert viewer.post(API, {"alias": "production", "version": 1}, "application/json").status_code == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"alias": "a b", "version": 1}, 400),
        ({"alias": "x", "version": 9}, 404),
        ({"alias": "x"}, 400),
        ({"alias": "", "version": 1}, 400),
    ],
)
def test_a_bad_alias_is_refused(api: Client, version: ModelVersion, body: dict[str, Any], status: int) -> None:  # noqa: F811
    assert api.post(API, body, "application/json").status_code == status
