"""A data source leads to its own public endpoint only: no spelling, redirect or change of a name helps (S0-14)."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from compliance.audit import Actor
from modelops.jobs.models import Job
from modelops.secret_store.services import set_secret
from registry.models import DatasetVersion
from registry.sources.models import DataSource
from registry.sources.services import add_source, change_source
from tests.dataquality.datasets import work
from tests.monitoring.alerts.test_channel_kinds import SPELLINGS
from tests.registry.locations.hostile import CREDENTIALS, Endpoint
from tests.registry.samples import make_dataset

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")
OPTIONS: dict[str, dict[str, Any]] = {
    "s3": {"bucket": "acme-data", "region": "us-east-1"},
    "azure": {"container": "tables", "account": "acme"},
    "gcs": {"bucket": "acme-data"},
}
OBJECTS, IMPORTS = "/api/v1/data-sources/lake/objects/", "/api/v1/datasets/flights/imports/"


@pytest.fixture
def internal() -> Iterator[Endpoint]:
    """What only this machine should reach."""
    with Endpoint().running() as server:
        yield server


@pytest.fixture
def lake() -> Callable[[str, str], DataSource]:
    """Adds a source of a kind at an endpoint, which data scientists may read."""

    def add(kind: str, endpoint: str) -> DataSource:
        secret = set_secret(f"{kind}-keys", json.dumps(CREDENTIALS[kind]), purpose="bucket", actor=ACTOR)
        roles = Group.objects.filter(name="Data scientist")
        return add_source(
            "lake", kind, {**OPTIONS[kind], "endpoint": endpoint}, secret=secret, roles=roles, actor=ACTOR
        )

    return add


@pytest.mark.parametrize("kind", OPTIONS)
def test_no_spelling_of_a_private_address_is_taken(kind: str, lake: Any, settings: Any) -> None:
    """Loopback, link-local, metadata services, private and special addresses, new or as a change of what is there."""
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = True
    source = lake(kind, "http://127.0.0.1:9000")
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = False
    for scheme in ("http", "https"):
        for spelling in SPELLINGS:
            options = {**OPTIONS[kind], "endpoint": f"{scheme}://{spelling}/"}
            with pytest.raises(Exception, match=r".") as refused:
                add_source("other", kind, options, secret=source.secret, actor=ACTOR)
            assert refused.value.status == 400, spelling
            with pytest.raises(Exception, match=r".") as refused:
                change_source(source, options=options, secret=source.secret, roles=(), is_enabled=True, actor=ACTOR)
            assert refused.value.status == 400, spelling
    assert list(DataSource.objects.values_list("options__endpoint", flat=True)) == ["http://127.0.0.1:9000"]


@pytest.mark.parametrize("kind", OPTIONS)
def test_what_was_allowed_is_not_called_once_it_is_no_more(
    kind: str, lake: Any, internal: Endpoint, api: Client, settings: Any
) -> None:
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = True
    lake(kind, f"http://{internal.address}")
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = False
    assert api.get(OBJECTS).status_code >= 400
    assert internal.connections == 0


@pytest.mark.parametrize("kind", OPTIONS)
def test_a_redirect_reaches_nothing(
    kind: str, lake: Any, internal: Endpoint, api: Client, scientist: Any, settings: Any
) -> None:
    """Also where private addresses are allowed: listing and importing follow no redirect, and the job says why."""
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = True
    make_dataset(scientist, name="flights")
    with Endpoint(f"http://{internal.address}/secrets").running() as hostile:
        lake(kind, f"http://{hostile.address}")
        refused = [api.get(OBJECTS)]
        refused.append(api.post(IMPORTS, {"source": "lake", "key": "flights.csv"}, content_type="application/json"))
        work()
        assert hostile.asked
    for answer in refused:
        assert answer.status_code >= 400, answer.content
        assert "not-to-be-shown" not in answer.content.decode()
        assert internal.address not in answer.content.decode()
    assert internal.connections == 0
    assert not Job.objects.filter(state="succeeded").exists()
    assert not DatasetVersion.objects.exists()


@pytest.mark.parametrize("kind", OPTIONS)
def test_a_name_that_turns_inwards_is_not_followed(
    kind: str, lake: Any, internal: Endpoint, api: Client, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """The name was public when the source was added and is this machine's when it is read."""
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = False
    answers = ["93.184.215.14"]
    row = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
    monkeypatch.setattr(
        "modelops.lib.outbound.addresses.socket.getaddrinfo", lambda *_, **__: [(*row, (one, 0)) for one in answers]
    )
    lake(kind, f"https://files.example:{internal.port}")
    answers[:] = ["127.0.0.1"]
    assert api.get(OBJECTS).status_code >= 400
    assert internal.connections == 0
