"""A trusted issuer with one rule."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.accounts.issuers import AUDIENCE, JobIssuer

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
JWT = "urn:ietf:params:oauth:token-type:jwt"


@pytest.fixture
def ci(settings: Any) -> Iterator[JobIssuer]:
    """A CI system on this machine."""
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = True
    issuer = JobIssuer().start()
    yield issuer
    issuer.stop()


@pytest.fixture
def trusted(ci: JobIssuer, db: None) -> Any:
    """The portal trusts it."""
    from accounts.workload.services.trust import add_issuer
    from compliance.audit import Actor

    return add_issuer(
        name="ci", issuer=ci.address, audience=AUDIENCE, algorithms=["ES256", "RS256"], actor=Actor.system("test")
    )


@pytest.fixture
def rule(trusted: Any) -> Any:
    """Jobs of acme/delays on main may read models."""
    from accounts.workload.services.trust import add_rule
    from compliance.audit import Actor
    from tests.accounts.people import make_user

    return add_rule(
        trusted,
        name="delays",
        service=make_user("pipeline", "Pipeline"),
        scopes=["registry.view_registeredmodel", "registry.view_modelversion"],
        conditions={"repository": "acme/delays", "ref": "refs/heads/*"},
        actor=Actor.system("test"),
    )


@pytest.fixture
def ask() -> Callable[..., Any]:
    """Exchange a token, as a form."""

    def send(token: str, **more: str) -> Any:
        fields = {"grant_type": GRANT, "subject_token": token, "subject_token_type": JWT, **more}
        form = "application/x-www-form-urlencoded"
        return Client().post("/api/v1/auth/token-exchange/", urlencode(fields), content_type=form)

    return send
