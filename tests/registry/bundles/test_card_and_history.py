"""What a bundle says beside the files: its card waits for somebody, and its history stays history of elsewhere."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import IntegrityError, connection, transaction
from django.test import Client

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from registry.aliases.models import Alias, AliasChange
from registry.bundles.models import ImportedBundle
from registry.cards.models import CardDraft, CardRevision
from registry.cards.services import save_card
from registry.models import ModelVersion
from registry.promotion.models import Promotion, PromotionApproval
from registry.signing import services as signing
from tests.accounts.people import make_user
from tests.registry.cards.filled import fill_card
from tests.registry.promotion.promoting import promote
from tests.registry.samples import make_model, safetensors
from tests.registry.signing.bundles import pem_of

from .archives import exported, members, packed, sent
from .test_tampering import manifest_of, signed

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")
DRAFT = "/api/v1/models/copy/card/draft/"
FACTS = json.dumps({"version": {"is_directory": False, "file_name": "model.safetensors", "tags": {}}}).encode()


@pytest.fixture
def copy(scientist: Any) -> Any:
    return make_model(scientist, "copy")


def test_the_card_of_a_bundle_waits_until_somebody_confirms_it(
    api: Client, api_as: Callable[..., Client], version: ModelVersion, copy: Any
) -> None:
    """S0-29, S2-76: whoever imports says nothing in the card's name; the revision is of who confirmed it."""
    fill_card(version.model)
    bundle = exported(api)
    assert json.loads(members(bundle)["card.json"])["content"]["contact"]
    assert sent(api, bundle).status_code == 201
    assert not CardRevision.objects.filter(model=copy).exists()
    draft = api.get(DRAFT).json()
    assert draft["source"] == "the bundle of arrival-delay v1"
    assert draft["base"] == 0
    assert {change["key"] for change in draft["changes"]} == set(draft["content"])
    viewer = api_as(make_user("viewer", "Viewer"))
    decided = {"id": draft["id"], "base": 0}
    assert viewer.post(DRAFT, decided, "application/json").status_code == 403
    made = api.post(DRAFT, decided, "application/json")
    assert made.status_code == 201, made.content
    assert (made.json()["revision"], made.json()["author"]) == (1, "scientist")
    assert CardRevision.objects.get(model=copy).content == CardRevision.objects.get(model=version.model).content
    assert not CardDraft.objects.exists()
    gone = api.get(DRAFT)
    assert (gone.status_code, gone.json()["code"]) == (404, "card_draft.none")
    assert sorted(AuditEvent.objects.filter(name__startswith="cards.draft").values_list("name", flat=True)) == [
        "cards.draft.kept"
    ]


def test_only_what_was_read_is_confirmed(api: Client, version: ModelVersion, copy: Any) -> None:
    """S2-76: a draft that came since, or a card that was saved since, is another question."""
    fill_card(version.model)
    sent(api, exported(api))
    draft = api.get(DRAFT).json()
    save_card(copy, {"contact": "Desk"}, actor=ACTOR)
    late = api.post(DRAFT, {"id": draft["id"], "base": 0}, "application/json")
    assert (late.status_code, late.json()["code"]) == (409, "card.changed_meanwhile")
    other = api.post(DRAFT, {"id": str(copy.pk), "base": 1}, "application/json")
    assert (other.status_code, other.json()["code"]) == (409, "card_draft.changed")
    assert api.delete(f"{DRAFT}?id=x").json()["code"] == "card_draft.bad_id"
    assert api.delete(f"{DRAFT}?id={draft['id']}").status_code == 204
    assert CardRevision.objects.get(model=copy).content == {"contact": "Desk"}
    assert AuditEvent.objects.filter(name="cards.draft.discarded").count() == 1


def test_the_page_of_a_draft(portal: Client, api: Client, version: ModelVersion, copy: Any) -> None:
    fill_card(version.model)
    sent(api, exported(api))
    assert "A draft of this card waits" in portal.get("/models/copy/card/").content.decode()
    page = portal.get("/models/copy/card/draft/").content.decode()
    assert "the bundle of arrival-delay v1" in page
    undecided = portal.post("/models/copy/card/draft/", {}, follow=True).content.decode()
    assert "Choose whether" in undecided
    draft = CardDraft.objects.get()
    said = {"draft": str(draft.pk), "base": "0", "decision": "confirm"}
    assert "revision 1 of the card" in portal.post("/models/copy/card/draft/", said, follow=True).content.decode()
    assert "No draft of the card" in portal.get("/models/copy/card/draft/", follow=True).content.decode()


def test_aliases_and_promotions_are_facts_of_elsewhere(
    portal: Client, api: Client, version: ModelVersion, copy: Any
) -> None:
    """S0-29: they can be read with the origin of the version, and nothing here is approved or live by them."""
    promote(version)
    said = {"moves": AliasChange.objects.count(), "approvals": PromotionApproval.objects.count()}
    sent(api, exported(api))
    origin = api.get("/api/v1/models/copy/versions/1/provenance/").json()["imported_from"]["history"]
    assert origin["aliases"] == ["production"]
    assert [(move["alias"], move["before"], move["to"]) for move in origin["moves"]] == [("production", None, 1)]
    (promotion,) = origin["promotions"]
    assert (promotion["state"], promotion["approvals"]) == ("executed", 2)
    assert not Alias.objects.filter(model=copy).exists()
    assert not Promotion.objects.filter(model=copy).exists()
    assert said == {"moves": AliasChange.objects.count(), "approvals": PromotionApproval.objects.count()}
    assert "none counts here" in portal.get("/models/copy/versions/1/").content.decode()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE bundles_importedbundle SET history = '{}'")


def test_what_a_trusted_signer_writes_into_them_is_bounded(api: Client, copy: Any) -> None:
    """S0-29: other shapes, script and crowds are left out or cut, and the version is taken in all the same."""
    key = Ed25519PrivateKey.generate()
    signing.trust_key("other", pem_of(key), actor=ACTOR)
    good = {"alias": "production", "from": None, "to": 3, "at": "2026-03-01T08:00:00+00:00"}
    aliases = {
        "now": ["production", 7, "x" * 200, "a\nb"],
        "moves": [*[good] * 300, {**good, "to": "3"}, {**good, "at": "soon"}],
    }
    parts = [
        ("model.json", FACTS),
        ("aliases.json", json.dumps(aliases).encode()),
        ("promotions.json", b'[{"alias": "production", "state": ["executed"]}, 5, null]'),
        ("card.json", b'{"content": {"no_such_field": "x"}}'),
        ("files/model.safetensors", safetensors()),
    ]
    made = sent(api, packed(signed(manifest_of(parts), key) + parts))
    assert made.status_code == 201, made.content
    row = ImportedBundle.objects.get()
    assert row.history == {"aliases": ["production"], "moves": [good] * 200, "promotions": []}
    assert not CardDraft.objects.exists()
