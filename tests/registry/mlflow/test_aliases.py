"""Aliases over MLflow's protocol, and what a protected one asks for."""

from typing import Any

import pytest

from registry.aliases.models import Alias
from registry.models import ModelVersion
from registry.promotion.models import Promotion
from tests.registry.mlflow.conftest import Wire, issue_key
from tests.registry.mlflow.logging_files import register
from tests.registry.promotion.promoting import approve, approver, be_lenient
from tests.scans import scan_waiting

pytestmark = pytest.mark.django_db
ALIAS = "registered-models/alias"


@pytest.fixture
def engineer(db: None) -> Wire:
    """The protocol as an ML engineer's program speaks it, who may move aliases."""
    from tests.accounts.people import make_user

    return Wire(issue_key(make_user("engineer", "ML engineer")))


@pytest.fixture
def version(engineer: Wire) -> ModelVersion:
    """A clean version whose gates would let it through."""
    engineer.post("registered-models/create", {"name": "delay"})
    register(engineer, "delay")
    scan_waiting()
    found = ModelVersion.objects.get(model__name="delay")
    be_lenient(found.model)
    return found


def test_an_alias_is_set_read_and_removed(engineer: Wire, version: ModelVersion) -> None:
    sent = {"name": "delay", "alias": "challenger", "version": "1"}
    assert engineer.post(ALIAS, sent) == (200, {})
    status, said = engineer.get(ALIAS, {"name": "delay", "alias": "challenger"})
    assert (status, said["model_version"]["version"], said["model_version"]["aliases"]) == (200, "1", ["challenger"])
    model = engineer.get("registered-models/get", {"name": "delay"})[1]["registered_model"]
    assert model["aliases"] == [{"alias": "challenger", "version": "1"}]
    for _ in range(2):
        assert engineer.delete(ALIAS, {"name": "delay", "alias": "challenger"}) == (200, {})
    status, said = engineer.get(ALIAS, {"name": "delay", "alias": "challenger"})
    assert (status, said["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert said["message"] == "Registered model alias challenger not found."
    assert engineer.get(ALIAS, {"name": "nothing", "alias": "challenger"})[0] == 404


def test_reserved_aliases_are_refused_and_latest_is_the_newest(engineer: Wire, version: ModelVersion) -> None:
    for alias, message in {
        "latest": "'latest' alias name (case insensitive) is reserved.",
        "Latest": "'latest' alias name (case insensitive) is reserved.",
        "v12": "Version alias name 'v12' is reserved.",
    }.items():
        status, said = engineer.post(ALIAS, {"name": "delay", "alias": alias, "version": "1"})
        assert (status, said["message"]) == (400, message)
    assert engineer.get(ALIAS, {"name": "delay", "alias": "latest"})[1]["model_version"]["version"] == "1"


def test_a_protected_alias_opens_one_request_however_often_it_is_asked_for(
    engineer: Wire, version: ModelVersion
) -> None:
    """The refusal names the page; approving there moves the alias, and then the same call succeeds."""
    sent = {"name": "delay", "alias": "champion", "version": "1"}
    for _ in range(2):
        status, said = engineer.post(ALIAS, sent)
        promotion = Promotion.objects.get(alias="champion")
        assert (status, said["error_code"]) == (403, "PERMISSION_DENIED")
        assert f"/promotions/{promotion.pk}/" in said["message"]
    assert not Alias.objects.exists()
    approve(promotion, *(approver(number) for number in range(1, promotion.approvals_needed + 1)))
    assert engineer.get(ALIAS, {"name": "delay", "alias": "champion"})[1]["model_version"]["version"] == "1"
    assert engineer.post(ALIAS, sent) == (200, {})


def test_a_protected_alias_of_a_version_that_the_gates_refuse_says_why(engineer: Wire, version: ModelVersion) -> None:
    register(engineer, "delay")  # waits for its scan
    status, said = engineer.post(ALIAS, {"name": "delay", "alias": "champion", "version": "2"})
    assert (status, said["error_code"], said["code"]) == (403, "PERMISSION_DENIED", "promotion.refused")
    assert not Promotion.objects.exists()


def test_another_version_waits_for_the_first_request(engineer: Wire, version: ModelVersion) -> None:
    register(engineer, "delay")
    scan_waiting()
    engineer.post(ALIAS, {"name": "delay", "alias": "champion", "version": "1"})
    status, said = engineer.post(ALIAS, {"name": "delay", "alias": "champion", "version": "2"})
    assert (status, Promotion.objects.count()) == (403, 1)
    assert "Version 1 waits" in said["message"]


def test_a_data_scientist_moves_no_alias(wire: Wire, version: ModelVersion) -> None:
    status, said = wire.post(ALIAS, {"name": "delay", "alias": "challenger", "version": "1"})
    assert (status, said["error_code"]) == (403, "PERMISSION_DENIED")


def test_a_version_goes_with_its_aliases_unless_one_is_protected(engineer: Wire, version: ModelVersion) -> None:
    engineer.post(ALIAS, {"name": "delay", "alias": "challenger", "version": "1"})
    Alias.objects.create(model=version.model, name="champion", version=version)
    status, said = engineer.delete("model-versions/delete", {"name": "delay", "version": "1"})
    assert (status, said["code"]) == (409, "deletion.needed")
    assert Alias.objects.count() == 2
    Alias.objects.filter(name="champion").delete()
    assert engineer.delete("model-versions/delete", {"name": "delay", "version": "1"}) == (200, {})
    assert not Alias.objects.exists()


def test_an_alias_is_read_by_two_statements_of_its_own(engineer: Wire, version: ModelVersion) -> None:
    """The call of every deployment: the version, the row of the ledger, and what every call costs."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    engineer.post(ALIAS, {"name": "delay", "alias": "challenger", "version": "1"})
    asked: dict[str, Any] = {"name": "delay", "alias": "challenger"}
    engineer.get(ALIAS, asked)
    with CaptureQueriesContext(connection) as queries:
        assert engineer.get(ALIAS, asked)[0] == 200
    assert sum("registry_modelversion" in one["sql"] for one in queries) == 1
