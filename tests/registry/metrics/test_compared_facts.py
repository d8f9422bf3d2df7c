"""Versions side by side: what they are beside their metrics, the same over REST and in the portal."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from compliance.audit.models import AuditEvent
from registry.aliases.services import set_alias
from registry.models import ModelVersion
from tests.accounts.people import make_user
from tests.registry.answers import problem_of
from tests.registry.cards.filled import ACTOR, fill_card
from tests.registry.samples import make_dataset, make_dataset_version, make_model, make_version, onnx

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/models/arrival-delay/compare/?versions=1,2"


@pytest.fixture
def versions(scientist: User) -> list[ModelVersion]:
    """Two that differ, with a card written between them."""
    data = make_dataset_version(make_dataset(scientist), scientist)
    model = make_model(scientist)
    one = make_version(model, scientist, datasets=[data], tags={"team": "search"}, parameters={"lr": 0.1, "depth": 3})
    fill_card(model)
    two = make_version(model, scientist, content=onnx(), source_commit="762c550", parameters={"lr": 0.2, "depth": 3})
    set_alias(model, "candidate", two, actor=ACTOR)
    return [one, two]


def test_facts_stand_beside_the_metrics(versions: list[ModelVersion], api: Client, portal: Client) -> None:
    """S0-19: tags, data, formats, sizes, signature, scan and card of each version, with what differs marked."""
    facts = {row["name"]: (row["values"], row["differs"]) for row in api.get(ADDRESS).json()["facts"]}
    assert facts["Data"] == (["flights v1", ""], True)
    assert facts["Tags"] == (["team=search", ""], True)
    assert facts["Source commit"] == (["", "762c550"], True)
    assert facts["Aliases"] == (["", "candidate"], True)
    assert facts["Signature"] == (["Valid", "Valid"], False)
    assert facts["Card when it was added"] == (["none yet", "revision 1"], True)
    assert facts["Format"][1]
    assert len(facts["Scan"][0]) == 2
    page = portal.get("/models/arrival-delay/compare/?v=1&v=2").content.decode()
    assert "team=search" in page
    assert "revision 1" in page


def test_parameters_are_compared_where_they_may_be_read(
    versions: list[ModelVersion], api: Client, api_as: Callable[..., Client]
) -> None:
    """S0-19, S1-06: decrypted only when asked, each reading on record, and refused without the permission."""
    assert api.get(ADDRESS).json()["parameters"] is None
    rows = api.get(f"{ADDRESS}&parameters=true").json()["parameters"]
    assert rows == [
        {"name": "depth", "values": [3, 3], "differs": False},
        {"name": "lr", "values": [0.1, 0.2], "differs": True},
    ]
    assert AuditEvent.objects.filter(name="registry.parameters.read").count() == 2
    viewer = api_as(make_user("reader", "Viewer"))
    assert problem_of(viewer.get(f"{ADDRESS}&parameters=true")) == (403, "permission.denied")
    assert viewer.get(ADDRESS).status_code == 200
