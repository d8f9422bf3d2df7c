"""A version that a CI job registers with a token of its own carries the job's identity."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from accounts.workload.services.trust import add_issuer, add_rule, set_issuer_active
from compliance.audit import Actor
from registry.provenance.gates import ProvenanceGate
from registry.provenance.models import Attestation
from tests.accounts.issuers import AUDIENCE, JobIssuer
from tests.accounts.people import make_user
from tests.registry.samples import make_model, safetensors

from .test_attestations import demand

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")
SCOPES = ["registry.view_registeredmodel", "registry.view_modelversion", "registry.add_modelversion"]


@pytest.fixture
def ci(settings: Any) -> Iterator[JobIssuer]:
    """A CI system on this machine."""
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = True
    issuer = JobIssuer().start()
    yield issuer
    issuer.stop()


def test_the_portal_writes_down_which_job_registered_it(ci: JobIssuer, scientist: Any, api: Client) -> None:
    """S2-13: the identity of the job from an allowed issuer is the attestation; nobody else can claim it."""
    issuer = add_issuer(name="ci", issuer=ci.address, audience=AUDIENCE, algorithms=["ES256"], actor=ACTOR)
    service = make_user("pipeline", "Pipeline")
    conditions = {"repository": "acme/delays", "ref": "refs/heads/*"}
    add_rule(issuer, name="delays", service=service, scopes=SCOPES, conditions=conditions, actor=ACTOR)
    model = make_model(scientist)
    asked = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": ci.token(),
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
    }
    form = "application/x-www-form-urlencoded"
    token = Client().post("/api/v1/auth/token-exchange/", urlencode(asked), form).json()["access_token"]
    job = Client(headers={"authorization": f"Bearer {token}"})
    for each in (job, api):
        made = each.post(
            "/api/v1/models/arrival-delay/versions/", safetensors(), content_type="application/octet-stream"
        )
        assert made.status_code == 201, made.content
    row = Attestation.objects.get()
    assert (row.kind, row.issuer, row.state) == ("job", ci.address, "valid")
    assert row.source == "ref=refs/heads/main repository=acme/delays"
    demand(row.version, ci.address)
    gate: Callable[..., tuple[bool, str]] = ProvenanceGate().check
    first, second = model.versions.order_by("number")
    assert gate(first) == (True, f"Job identity of {ci.address}. {row.reason}")
    assert gate(second)[0] is False
    set_issuer_active(issuer, False, actor=ACTOR)
    assert gate(first)[0] is False
