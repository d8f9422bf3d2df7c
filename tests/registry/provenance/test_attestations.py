"""A version is promoted only with an attestation that holds, of an issuer whom its model accepts."""

import base64
import json
from typing import Any

import pytest
from django.test import Client

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from registry.models import ModelVersion
from registry.promotion.policies import Policy, set_policy
from registry.provenance.models import Attestation
from registry.provenance.services import check_again
from registry.provenance.statement import Malformed, parse
from registry.signing import services as signing
from tests.accounts.people import make_user
from tests.registry.samples import make_model, make_version, safetensors
from tests.registry.signing.bundles import new_key, pem_of, signed

from .statements import BUILDER, envelope, older, statement

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")
FILES = {"model.safetensors": safetensors()}
ADDRESS = "/api/v1/models/arrival-delay/versions/1/provenance/"
PROMOTIONS = "/api/v1/models/arrival-delay/promotions/"


@pytest.fixture
def version(scientist: Any) -> ModelVersion:
    return make_version(make_model(scientist), scientist)


@pytest.fixture
def key() -> Any:
    """A builder's key, trusted."""
    made = new_key()
    signing.trust_key("builder", pem_of(made), actor=ACTOR)
    return made


@pytest.fixture
def engineer(api_as: Any, version: ModelVersion) -> Client:
    """Who asks for promotions."""
    return api_as(make_user("engineer", "ML engineer"))


def demand(version: ModelVersion, *issuers: str) -> None:
    """The model accepts these issuers and asks for nothing else."""
    wanted = Policy(
        min_quality=None, metric_tolerance=None, requires_card=False, blocks_on_alerts=False, provenance_issuers=issuers
    )
    set_policy(version.model, wanted, actor=ACTOR)


def ask(engineer: Client) -> Any:
    return engineer.post(PROMOTIONS, {"alias": "production", "version": 1}, "application/json")


def added(api: Client, said: Any) -> Any:
    answer = api.post(ADDRESS, {"envelope": said}, "application/json")
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_an_issuer_that_is_not_on_the_list_is_refused_with_the_reason(
    api: Client, engineer: Client, version: ModelVersion, key: Any
) -> None:
    """S2-13: and the same attestation passes once its issuer is accepted."""
    demand(version, "https://other.example/builder")
    nothing = ask(engineer)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "promotion.refused")
    assert "There is no attestation" in nothing.json()["detail"]
    said = added(api, envelope(statement(FILES), key))
    assert (said["state"], said["issuer"], said["key"]) == ("valid", BUILDER, "builder")
    assert said["source"] == "git+https://git.example/acme/delays@refs/heads/main"
    refused = ask(engineer)
    assert refused.status_code == 409
    assert f"attested by {BUILDER}, which is not among the issuers" in refused.json()["detail"]
    demand(version, "https://other.example/builder", BUILDER)
    accepted = ask(engineer)
    assert accepted.status_code == 201, accepted.content
    (gate,) = [one for one in accepted.json()["gates"] if one["gate"] == "provenance"]
    assert gate["passed"] is True
    assert BUILDER in gate["reason"]


def test_a_model_that_demands_nothing_is_not_stopped(engineer: Client, version: ModelVersion) -> None:
    demand(version)
    assert ask(engineer).status_code == 201


def test_what_does_not_hold_is_kept_and_counts_for_nothing(
    api: Client, engineer: Client, version: ModelVersion, key: Any
) -> None:
    """S2-13: other files, and a signer whom nobody trusts."""
    demand(version, BUILDER)
    other = added(api, envelope(statement({"model.safetensors": b"other"}), key))
    assert other["state"] == "invalid"
    assert "speaks of other files" in other["reason"]
    stranger = added(api, envelope(statement(FILES), new_key()))
    assert (stranger["state"], stranger["key"]) == ("untrusted", None)
    assert "does not count" in ask(engineer).json()["detail"]
    shown = api.get(ADDRESS).json()
    assert (shown["passes"], len(shown["attestations"])) == (False, 2)
    rows = AuditEvent.objects.filter(name="provenance.attestation.added")
    assert {row.outcome for row in rows} == {"failure"}


def test_a_revoked_key_ends_what_it_signed(api: Client, engineer: Client, version: ModelVersion, key: Any) -> None:
    demand(version, BUILDER)
    added(api, envelope(statement(FILES), key))
    signing.revoke_key(version_key(), "Lost.", actor=ACTOR)
    assert "No key that is trusted here" in ask(engineer).json()["detail"]
    assert Attestation.objects.get().state == "valid"
    check_again(version, actor=ACTOR)
    assert Attestation.objects.get().state == "untrusted"
    assert AuditEvent.objects.get(name="provenance.attestation.checked").details["changed"] == 1


def version_key() -> Any:
    from registry.signing.models import TrustedKey

    return TrustedKey.objects.get(name="builder")


def test_every_file_of_a_directory_must_be_a_subject(scientist: Any, api: Client, key: Any) -> None:
    from accounts.actors import actor_of
    from registry import services
    from registry.artifacts.sealed import sealed_upload

    files = {"a.safetensors": safetensors(), "b.json": b"{}"}
    with sealed_upload([files["a.safetensors"]], "a") as one, sealed_upload([files["b.json"]], "b") as two:
        openings = [("a.safetensors", lambda: one), ("b.json", lambda: two)]
        services.add_directory_version(make_model(scientist, "folder"), openings, actor=actor_of(scientist))
    address = "/api/v1/models/folder/versions/1/provenance/"
    for listed, state in ((files, "valid"), ({"a.safetensors": files["a.safetensors"]}, "invalid")):
        made = api.post(address, {"envelope": envelope(statement(listed), key)}, "application/json")
        assert made.json()["state"] == state


def test_older_provenance_and_sigstore_bundles_are_read() -> None:
    key = new_key()
    assert parse(envelope(older(FILES), key)).issuer == BUILDER
    assert parse({"dsseEnvelope": envelope(statement(FILES), key), "mediaType": "x"}).issuer == BUILDER


_KEY = new_key()
_OTHER = {"payloadType": "text/plain", "payload": "", "signatures": []}


@pytest.mark.parametrize(
    "said",
    [
        None, [], {}, "x", 7, _OTHER, {**envelope({}, _KEY)}, envelope(b"[" * 100_000, _KEY),
        envelope(statement(FILES, predicateType="https://slsa.dev/verification_summary/v1"), _KEY),
        envelope(statement(FILES, builder=""), _KEY), envelope(statement(FILES, builder="x" * 301), _KEY),
        envelope(statement(FILES, subject=[{"name": "x", "digest": {}}]), _KEY),
        {**envelope(statement(FILES), _KEY), "payload": "!"},
    ],
)  # fmt: skip
def test_what_is_no_provenance_is_refused(said: Any) -> None:
    with pytest.raises(Malformed):
        parse(said)


def test_what_the_database_cannot_hold_is_not_kept(api: Client, version: ModelVersion, key: Any) -> None:
    """NUL and halves of characters, in the envelope and in what is signed, are refused or left out; nothing fails."""
    said = statement(FILES)
    said["predicate"]["buildDefinition"]["resolvedDependencies"][0]["uri"] = "git\0\ud800"
    made = added(api, {**envelope(said, key), "note": "\0"})
    assert made["source"] == "git?"
    assert set(made["envelope"]) == {"payloadType", "payload", "signatures"}
    odd = api.post(ADDRESS, {"envelope": envelope(statement(FILES, builder="b\0"), key)}, "application/json")
    assert (odd.status_code, odd.json()["code"]) == (400, "attestation.malformed")
    bundle = signed({"model.safetensors": safetensors()}, key)
    bundle["mediaType"] += "\0"
    refused = api.post(f"{ADDRESS[:-11]}signatures/", {"bundle": bundle}, "application/json")
    assert (refused.status_code, refused.json()["code"]) == (400, "signature.malformed")


def test_the_api_refuses_nonsense_and_strangers(api: Client, api_as: Any, version: ModelVersion) -> None:
    bad = api.post(ADDRESS, {"envelope": {"a": 1}}, "application/json")
    assert (bad.status_code, bad.json()["code"]) == (400, "attestation.malformed")
    officer = api_as(make_user("officer", "Compliance officer"))
    assert officer.get(ADDRESS).status_code == 200
    assert officer.post(ADDRESS, {"envelope": {}}, "application/json").status_code == 403


def test_the_page_of_a_version_shows_it_as_text(portal: Client, api: Client, version: ModelVersion, key: Any) -> None:
    said = statement(FILES, builder="<script>alert(1)</script>")
    added(api, envelope(said, key))
    page = portal.get("/models/arrival-delay/versions/1/").content.decode()
    assert "Attested" in page
    assert "&lt;script&gt;alert(1)" in page
    assert json.loads(base64.b64decode(Attestation.objects.get().envelope["payload"])) == said
