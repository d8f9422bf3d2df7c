"""What is asked often is written once as SQL: it gives whom it gave before, and nobody more (S0-38)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from accounts.models import User
from compliance.audit import Actor
from modelops.lib.fixed_queries import FixedQuery, answers
from registry.aliases.lookup import alias_of_model
from registry.aliases.services import set_alias
from registry.grants import services
from registry.models import ModelVersion, RegisteredModel
from tests.accounts.people import make_user
from tests.registry.samples import make_model, make_version

SYSTEM = Actor.system("tests")


@pytest.fixture
def stable(scientist: User) -> RegisteredModel:
    """A restricted model whose alias "stable" points at its only version."""
    model = make_model(scientist, "alpha")
    set_alias(model, "stable", make_version(model, scientist), actor=SYSTEM)
    return services.change_access(model, is_restricted=True, actor=SYSTEM) or model


def _both(user: User) -> tuple[list[Any], list[Any]]:
    """Found by the statement and by the queryset that it was made from, by a user of one request."""
    user = User.objects.get(pk=user.pk)
    asked = {"model": "alpha", "name": "stable"}
    return [row.pk for row in alias_of_model(user, **asked)], [row.pk for row in alias_of_model.queryset(user, **asked)]


def test_a_written_statement_sees_what_the_queryset_sees(stable: RegisteredModel, scientist: User) -> None:
    """For owner, stranger, who is named in person, by a group, and no longer; and for who lost the role."""
    named, grouped, stranger = (make_user(name) for name in ("named", "grouped", "stranger"))
    team = Group.objects.create(name="Team")
    grouped.groups.add(team)
    [alias] = stable.aliases.all()

    def found(user: User) -> bool:
        by_statement, by_queryset = _both(user)
        assert by_statement == by_queryset
        return by_statement == [alias.pk]

    assert [found(user) for user in (scientist, stranger, named, grouped)] == [True, False, False, False]
    person = services.give(stable, named, "view", actor=SYSTEM)
    services.give(stable, team, "view", actor=SYSTEM)
    assert [found(user) for user in (scientist, stranger, named, grouped)] == [True, False, True, True]
    type(person).objects.filter(pk=person.pk).update(expires_at=timezone.now())
    grouped.groups.remove(team)
    assert [found(user) for user in (scientist, stranger, named, grouped)] == [True, False, False, False]
    scientist.groups.clear()
    assert not found(scientist)
    stranger.groups.set([Group.objects.get(name="Compliance officer")])
    assert found(stranger)  # the role sees what is restricted


def test_a_key_for_other_objects_finds_nothing(stable: RegisteredModel, scientist: User) -> None:
    """The scopes of the key that stands for an account are part of what decides."""
    for scopes, is_found in (
        (["all"], True),
        (["aliases.view_alias:beta"], False),
        (["aliases.view_alias:alpha"], True),
    ):
        user = User.objects.get(pk=scientist.pk)
        user.key_scopes, user.key_exercises = scopes, "aliases.view_alias"
        asked = {"model": "alpha", "name": "stable"}
        assert bool(alias_of_model(user, **asked)) is is_found
        assert alias_of_model.queryset(user, **asked).exists() is is_found


def test_an_alias_over_rest_is_gone_with_its_model(
    stable: RegisteredModel, api_as: Callable[..., Client], scientist: User
) -> None:
    """404 for what is deleted, also where the deleted are asked for, and for a name that nobody gave."""
    client, at = api_as(scientist), "/api/v1/models/alpha/aliases/"
    answer = client.get(f"{at}stable/")
    assert answer.status_code == 200
    assert answer.json().keys() == {"alias", "version", "protected", "set_at"}
    assert client.get(f"{at}stable/?deleted=true").status_code == 404
    assert client.get(f"{at}other/").status_code == 404
    RegisteredModel.objects.filter(pk=stable.pk).update(deleted_at=timezone.now(), purge_after=timezone.now())
    assert client.get(f"{at}stable/").status_code == 404


def test_values_reach_the_statement_as_parameters_only(scientist: User) -> None:
    """Signs that LIKE knows are taken as they are, and a quote ends nothing."""
    make_model(scientist, "plain")

    @FixedQuery
    def named(user: Any, *, part: str) -> "QuerySet[RegisteredModel]":
        return RegisteredModel.objects.visible_to(user).matching(part)

    assert [model.name for model in named(scientist, part="LAI")] == ["plain"]
    for part in ("%", "pl_in", "p'; SELECT", "\\"):
        assert named(scientist, part=part) == []


def test_a_statement_that_would_freeze_a_time_is_refused(scientist: User) -> None:
    """What is neither a value nor always the same is found when the statement is written."""

    @FixedQuery
    def until_now(user: Any) -> "QuerySet[ModelVersion]":
        return ModelVersion.objects.filter(created_at__lte=timezone.now())

    with pytest.raises(RuntimeError, match="another statement each time"):
        until_now(scientist)


def test_questions_that_go_together_get_their_own_answers(scientist: User) -> None:
    """Before and after psycopg has prepared them, and where one of them finds nothing."""
    for name in ("alpha", "beta"):
        set_alias(make_model(scientist, name), "stable", make_version(_named(name), scientist), actor=SYSTEM)
    for _ in range(8):
        asked = [
            alias_of_model.asking(scientist, model=name, name="stable") for name in ("beta", "nothing", "alpha", "beta")
        ]
        found = [[row.model.name for row in rows] for rows in answers(*asked)]
        assert found == [["beta"], [], ["alpha"], ["beta"]]


def _named(name: str) -> RegisteredModel:
    return RegisteredModel.objects.get(name=name)
