"""Rows as OCSF and as ECS: what each class requires is there, and closed fields hold values of their lists."""

from typing import Any

import pytest

from compliance.audit import Actor
from compliance.audit.vocabulary import ecs, ocsf
from compliance.audit.vocabulary.classes import CLASSES
from tests.audit.vocabulary.samples import EVENTS, recorded

# https://schema.ocsf.io/1.8.0/: attributes that each class requires beside those of all events, one name of each group.
BASE = {"activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"}
REQUIRED: dict[int, list[set[str]]] = {
    1006: [{"device"}, {"job"}],
    1008: [{"log_file", "log_name", "log_provider", "log_type", "log_type_id"}],
    2003: [{"compliance"}, {"finding_info"}],
    2004: [{"finding_info"}],
    3001: [{"user"}],
    3002: [{"user"}, {"service", "dst_endpoint"}],
    3004: [{"entity"}],
    3005: [{"privileges"}, {"user"}],
    3006: [{"group"}],
    6002: [{"app"}],
    6003: [{"actor"}, {"api"}, {"src_endpoint"}],
    6005: [{"actor"}, {"src_endpoint"}, {"database", "databucket", "table"}],
    6006: [{"actor"}, {"file"}, {"src_endpoint"}],
    6007: [{"scan"}],
    6008: [],
}
# The same of objects within them.
OBJECTS: dict[str, list[set[str]]] = {
    "user": [{"account", "name", "uid"}],
    "entity": [{"name", "uid"}],
    "actor": [{"process", "user", "invoked_by", "session", "app_name", "app_uid"}],
    "api": [{"operation"}],
    "src_endpoint": [{"ip", "uid", "name", "hostname"}],
    "file": [{"name"}, {"type_id"}],
    "scan": [{"type_id"}],
    "app": [{"uid", "name"}],
    "finding_info": [{"uid"}],
    "job": [{"name"}],
    "device": [{"type_id"}],
    "database": [{"type_id"}],
    "metadata": [{"product"}, {"version"}],
}
# https://www.elastic.co/guide/en/ecs/8.17/ecs-allowed-values-event-category.html and …-event-type.html
ECS_CATEGORIES = {
    "api", "authentication", "configuration", "database", "driver", "email", "file", "host", "iam",
    "intrusion_detection", "library", "malware", "network", "package", "process", "registry", "session", "threat",
    "vulnerability", "web",
}  # fmt: skip
ECS_TYPES = {
    "access", "admin", "allowed", "change", "connection", "creation", "deletion", "denied", "device", "end", "error",
    "group", "indicator", "info", "installation", "protocol", "start", "user",
}  # fmt: skip

pytestmark = pytest.mark.django_db
OUTCOMES = ["success", "denied", "failure"]


def leaves() -> list[dict[str, Any]]:
    """A row of each event, of all kinds of actors and outcomes."""
    kinds = [Actor("user", "7"), Actor("service", "pipeline"), Actor.system("scheduler"), Actor.anonymous()]
    targets = [("accounts.user", "9"), ("registry.model", "4"), None]
    return [
        recorded(event, actor=kinds[number % 4], target=targets[number % 3], outcome=OUTCOMES[number % 3])
        for number, event in enumerate(EVENTS)
    ]


def test_every_event_exports_as_ocsf_with_all_that_its_class_requires() -> None:
    """S4-80: every declared event, as its class of OCSF 1.8."""
    assert set(REQUIRED) == {found.uid for found in CLASSES.values()}
    for index, leaf in enumerate(leaves()):
        told = ocsf.event(leaf, index)
        assert set(told) >= BASE
        assert told["type_uid"] == told["class_uid"] * 100 + told["activity_id"]
        assert told["class_uid"] // 1000 == told["category_uid"]
        for group in REQUIRED.get(told["class_uid"], []):  # those of no class are named by another test
            assert group & set(told), (leaf["action"], group)
        for name, groups in OBJECTS.items():
            for group in groups if name in told else []:
                assert group & set(told[name]), (leaf["action"], name, group)
                assert all(told[name][one] for one in group & set(told[name])), (leaf["action"], name)
        assert told["status_id"] == (1 if leaf["outcome"] == "success" else 2)
        assert told["metadata"]["uid"] == leaf["id"]
        assert told["metadata"]["sequence"] == index
        assert told["unmapped"]["details"] == leaf["details"]


def test_every_event_exports_as_ecs_with_values_of_its_lists() -> None:
    """S4-80: every declared event, as a document of ECS."""
    for index, leaf in enumerate(leaves()):
        told = ecs.event(leaf, index)
        assert told["@timestamp"] == leaf["at"]
        assert told["event"]["category"]
        assert set(told["event"]["category"]) <= ECS_CATEGORIES
        assert told["event"]["type"]
        assert set(told["event"]["type"]) <= ECS_TYPES
        assert told["event"]["outcome"] in {"success", "failure"}
        assert told["event"]["id"] == leaf["id"]
        assert ("user" in told) == (leaf["actor"]["kind"] in {"user", "service"})


def test_a_row_of_an_event_that_no_app_declares_any_more_is_still_told() -> None:
    """S3-21: rows outlive the code that wrote them."""
    leaf = {**recorded(EVENTS[0]), "action": "gone.thing.done", "details": {"left": 1}}
    told = ocsf.event(leaf, 3)
    assert (told["class_uid"], told["activity_id"], told["message"]) == (0, 99, "gone.thing.done")
    assert ecs.event(leaf, 3)["event"]["action"] == "gone.thing.done"
