"""Objects that are made without Django's way are the same objects."""

import uuid
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.models.signals import post_init

from modelops.jobs.models import Job
from modelops.lib import fixed_rows
from modelops.lib.fixed_rows import loaded, unsaved
from registry.models import Artifact, ModelVersion, RegisteredModel
from registry.scanning.models import Inspection

OWN = [model for model in apps.get_models() if not model.__module__.startswith(("django.", "django_"))]


def held(row: models.Model) -> dict[str, Any]:
    """What an object holds, without what differs by chance: keys and times."""
    plain = {name: value for name, value in vars(row).items() if name != "_state"}
    return {name: type(value) if _by_chance(row, name) else value for name, value in plain.items()}


def _by_chance(row: models.Model, name: str) -> bool:
    field = row._meta.get_field(name)
    return callable(field.default) and field.default not in {dict, list, str}  # type: ignore[union-attr]


@pytest.mark.parametrize("model", OWN, ids=[model._meta.label for model in OWN])
def test_every_model_is_made_as_django_makes_it(model: Any) -> None:
    """Whatever fields a model gets: defaults, keys and state are those of its constructor."""
    ours, theirs = unsaved(model), model()
    assert held(ours) == held(theirs)
    assert vars(ours._state) == vars(theirs._state)
    names = [field.attname for field in model._meta.concrete_fields]
    values = [getattr(theirs, name) for name in names]
    ours, theirs = loaded(model, names, values, "default"), model.from_db("default", names, values)
    assert vars(ours).keys() == vars(theirs).keys()
    assert {**vars(ours), "_state": None} == {**vars(theirs), "_state": None}
    assert vars(ours._state) == vars(theirs._state)


def test_values_and_other_objects_are_those_of_the_constructor() -> None:
    """Of a relation to one alone the other object knows the new one, as the pages of a version expect."""
    model = RegisteredModel(name="delay")
    artifact = Artifact(file_name="a", size=1)
    given: dict[str, Any] = {
        "model": model,
        "number": 3,
        "artifact": artifact,
        "created_by_id": uuid.uuid4(),
        "tags": {},
    }
    ours, theirs = unsaved(ModelVersion, **given), ModelVersion(**given)
    assert {**held(ours), "id": 0} == {**held(theirs), "id": 0}
    assert ours.model is model
    assert ours.artifact is artifact
    assert ours.model_id == model.pk
    inspection = unsaved(Inspection, artifact=artifact, version=ours)
    assert artifact.inspection is inspection
    assert unsaved(Job, kind="a", payload={"b": 1}).payload == {"b": 1}
    assert unsaved(Job, kind="a").payload is not unsaved(Job, kind="a").payload


def test_what_is_wrong_is_what_the_constructor_says() -> None:
    with pytest.raises(TypeError, match="unexpected keyword arguments: 'colour'"):
        unsaved(Job, kind="a", colour="red")
    with pytest.raises(ValueError, match="must be a"):
        unsaved(ModelVersion, model=Job(kind="a"))
    assert unsaved(ModelVersion, model=None).model_id is None


def test_who_hears_of_new_objects_still_does() -> None:
    heard: list[Any] = []

    def hear(instance: Any, **named: object) -> None:
        heard.append(instance)

    post_init.connect(hear, sender=Job)
    fixed_rows._making.cache_clear()
    try:
        job = unsaved(Job, kind="a")
        assert heard == [job]
    finally:
        post_init.disconnect(hear, sender=Job)
        fixed_rows._making.cache_clear()


@pytest.mark.django_db
def test_a_row_that_was_read_is_saved_as_one() -> None:
    job = Job.objects.create(kind="tests.none", payload={})
    names = [field.attname for field in Job._meta.concrete_fields]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(field.column for field in Job._meta.concrete_fields)} FROM jobs_job")
        [row] = cursor.fetchall()
    again = loaded(Job, names, Job.objects.values_list(*names)[0], "default")
    assert len(row) == len(names)
    assert again == job
    again.kind = "tests.other"
    again.save(update_fields=["kind"])
    assert Job.objects.get().kind == "tests.other"
