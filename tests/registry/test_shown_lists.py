"""What lists and answers show is the same by whatever way it was read (S0-38, S0-42)."""

import json
from collections.abc import Callable
from typing import Any

from django.test import Client
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer

from accounts.models import User
from compliance.audit import Actor
from registry.grants.services import change_access
from registry.models import ModelVersion, RegisteredModel
from registry.serializers import ModelVersionOut, RegisteredModelOut
from tests.accounts.people import make_user
from tests.registry.samples import make_dataset, make_dataset_version, make_model, make_version, pickled


def _by_fields(serializer: type[Any], row: Any) -> Any:
    """What the declared fields give, one by one, without the representation that stands in for them."""
    shown = serializers.Serializer.to_representation(serializer(), row)
    return json.loads(JSONRenderer().render(shown))


def test_a_representation_is_what_the_fields_declare(scientist: User, api: Client) -> None:
    """For a version with everything, one without, a held one; and for models with and without a version."""
    model = make_model(scientist, "delay")
    empty = make_model(scientist, "empty")
    data = make_dataset_version(make_dataset(scientist), scientist)
    said = {"metrics": {"auc": 1, "f1": 0.5}, "tags": {"team": "search"}, "source_commit": "762c550"}
    make_version(model, scientist, datasets=[data], **said)
    make_version(model, scientist)
    make_version(model, scientist, pickled())
    for version in ModelVersion.objects.select_related("model", "artifact__inspection"):
        fast = json.loads(JSONRenderer().render(ModelVersionOut(version).data))
        assert fast == _by_fields(ModelVersionOut, version)
        assert list(fast) == list(ModelVersionOut().fields)
    for row in (model, empty):
        found = RegisteredModel.objects.with_latest_version().get(pk=row.pk)
        fast = json.loads(JSONRenderer().render(RegisteredModelOut(found).data))
        assert fast == _by_fields(RegisteredModelOut, found)
        assert set(fast) == set(RegisteredModelOut().fields)


def test_an_answer_to_adding_is_what_is_read_afterwards(scientist: User, api: Client) -> None:
    """What was written just now is shown without being read again, and yet the same."""
    make_model(scientist, "delay")
    make_dataset_version(make_dataset(scientist), scientist)
    answer = api.post(
        "/api/v1/models/delay/versions/?datasets=flights:1", b"\x80\x04N.", content_type="application/octet-stream"
    )
    assert answer.status_code == 201, answer.content
    read = api.get("/api/v1/models/delay/versions/1/").json()
    read["scan"] = answer.json()["scan"]  # which may be over by now
    read["state"] = answer.json()["state"]
    assert answer.json() == read


def test_the_first_page_shows_what_the_long_way_shows(
    scientist: User, api: Client, api_as: Callable[..., Client]
) -> None:
    """A filter that lets all through takes the long way; pages go on from either."""
    data = make_dataset_version(make_dataset(scientist), scientist)
    for name in ("delay_1", "delay_2", "other"):
        model = make_model(scientist, name)
        make_version(model, scientist, datasets=[data], metrics={"auc": 0.9})
        make_version(model, scientist)
    for address in ("model-versions/?", "models/?"):
        for asked in ("", "q=delay_&", "q=DELAY&page_size=2&", "q=%25&", "page_size=1&"):
            short = api.get(f"/api/v1/{address}{asked}").json()
            long = api.get(f"/api/v1/{address}{asked}task_type=binary_classification").json()
            assert short["results"] == long["results"]
            if short["next"]:
                following = api.get(short["next"]).json()["results"]
                assert following == api.get(long["next"]).json()["results"]
                assert following[0]["id"] < short["results"][-1]["id"]
    change_access(RegisteredModel.objects.get(name="delay_1"), is_restricted=True, actor=Actor.system("tests"))
    stranger = api_as(make_user("stranger"))
    for address in ("model-versions/", "models/"):
        names = {row.get("model", row.get("name")) for row in stranger.get(f"/api/v1/{address}").json()["results"]}
        assert names == {"delay_2", "other"}
    oldest = api.get("/api/v1/model-versions/?sort=oldest").json()["results"]
    assert [row["model"] for row in oldest][:2] == ["delay_1", "delay_1"]
