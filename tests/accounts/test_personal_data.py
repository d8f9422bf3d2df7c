"""What accounts tell about a person, and how an account is erased."""

import pytest
from django.test import Client

from accounts.models import ApiKey, RecoveryCode, Session, TOTPDevice, User
from accounts.personal_data import Account
from accounts.services import invite, issue_api_key
from compliance.audit import Actor
from compliance.subjects.providers import Subject, identify
from modelops.lib.errors import Conflict
from tests.accounts.people import PASSWORD, make_user, sign_in

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")


def person() -> User:
    """An account with an address, a session and a key."""
    user = make_user(password=PASSWORD)
    user.email, user.first_name = "Scientist@Example.org", "First"
    user.save()
    sign_in(Client(), user)
    issue_api_key(user, name="training", scopes=["all"], days=1, actor=ACTOR)
    return user


@pytest.mark.parametrize("subject", [Subject(email="scientist@example.ORG"), Subject(ref="scientist")])
def test_a_person_is_found_by_address_and_by_name(subject: Subject) -> None:
    user = person()
    make_user("engineer", "ML engineer")
    assert identify(subject).account_ids == {user.pk}


def test_everything_but_secrets_is_exported_and_nothing_of_others() -> None:
    user = person()
    invite("viewer", "Viewer", email="viewer@example.org", actor=ACTOR)
    subject = identify(Subject(email=user.email))
    provider = Account()
    rows = list(provider.export(subject))
    assert len(rows) == provider.find(subject) == 3
    assert {row.section for row in rows} == {"accounts.account", "accounts.sessions", "accounts.api_keys"}
    declared = {section.key: set(section.fields) for section in provider.sections}
    assert all(set(row.fields) == declared[row.section] for row in rows)
    text = str(rows)
    assert "First" in text
    assert "viewer" not in text
    assert user.password not in text
    assert ApiKey.objects.get().digest.hex() not in text


def test_erasing_leaves_the_id_and_nothing_that_names_the_person(client: Client) -> None:
    user = person()
    other = make_user("engineer", "ML engineer")
    subject = identify(Subject(email=user.email))
    assert Account().erase(subject, actor=ACTOR) >= 4
    row = User.objects.get(pk=user.pk)
    assert (row.is_active, row.email, row.first_name, row.has_usable_password()) == (False, "", "", False)
    assert row.username.startswith("erased-")
    for model in (Session, TOTPDevice, RecoveryCode):
        assert not model.objects.filter(user=user).exists()
    assert Account().erase(subject, actor=ACTOR) == 0
    assert User.objects.get(pk=other.pk).username == "engineer"
    assert identify(Subject(email="scientist@example.org")).account_ids == frozenset()


def test_a_superuser_is_not_erased_by_a_request() -> None:
    user = person()
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    with pytest.raises(Conflict):
        Account().erase(identify(Subject(ref="scientist")), actor=ACTOR)
    assert User.objects.get().is_active
