"""Rows that are added by a statement which was written once are those that Django would have saved."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Value
from django.db.models.functions import Lower
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from modelops.jobs.models import Job
from modelops.lib.fixed_inserts import insert
from registry.models import ModelVersion
from tests.accounts.people import make_user
from tests.registry.samples import make_model, make_version

pytestmark = pytest.mark.django_db


def test_a_row_is_as_django_would_have_saved_it() -> None:
    """Defaults, JSON, dates that the field sets, and the state of the object."""
    made, saved = Job(kind="tests.none", payload={"a": [1, None]}), Job(kind="tests.none", payload={"a": [1, None]})
    insert(made)
    saved.save(force_insert=True)
    assert not made._state.adding
    own = {"id", "token", "created_at", "not_before"}
    rows = [Job.objects.values().get(pk=job.pk) for job in (made, saved)]
    same = [{name: row[name] for name in row if name not in own} for row in rows]
    assert same[0] == same[1]
    assert rows[0]["created_at"] == made.created_at
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(made)


def test_sealed_values_are_left_to_django() -> None:
    """S0-13: parameters are sealed by a function of the database; no fixed statement stands in its way."""
    user = make_user("scientist")
    with CaptureQueriesContext(connection) as asked:
        version = make_version(make_model(user, "delay"), user, parameters={"depth": 3})
    assert any("modelops_seal(" in query["sql"] and "registry_modelversion" in query["sql"] for query in asked)
    assert ModelVersion.objects.defer(None).get(pk=version.pk).parameters == {"depth": 3}


def test_what_the_database_makes_is_refused() -> None:
    """A key that the database counts cannot be known before."""
    with pytest.raises(TypeError, match="save it"):
        insert(Group(name="Team"))
    assert not User.groups.through.objects.exists()


class _Kind(models.TextChoices):
    OTHER = "tests.other"


@pytest.mark.parametrize("payload", [{}, [], {"a": [1, None]}, [{"b": 2}], "text", 3])
@pytest.mark.parametrize("kind", ["tests.none", _Kind.OTHER])
def test_rows_of_types_that_were_seen_are_added_without_a_look_and_just_as_well(kind: str, payload: Any) -> None:
    """The first of its types is looked at value by value, the next ones are not; another type between them is."""
    moment = dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC)
    for given in (payload, payload, {"another": 1}, payload):
        rows = []
        for add in (insert, lambda job: job.save(force_insert=True)):
            job = Job(kind=kind, payload=given, total=7, not_before=moment)
            add(job)
            rows.append(Job.objects.values("kind", "payload", "total", "not_before", "target_type").get(pk=job.pk))
            assert Job.objects.get(pk=job.pk).created_at == job.created_at
        assert rows[0] == rows[1]


def test_what_the_database_computes_is_left_to_django() -> None:
    for _ in range(3):
        insert(Job(kind="tests.none", payload={}))
        computed = Job(kind=Lower(Value("TESTS.NONE")), payload={})
        insert(computed)
        assert Job.objects.get(pk=computed.pk).kind == "tests.none"
