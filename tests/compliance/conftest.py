"""People of these tests, signed in to the admin. Models are imported late: this file is read before the settings."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client

if TYPE_CHECKING:
    from accounts.models import User


@pytest.fixture
def officer(db: None) -> "User":
    """A compliance officer."""
    from tests.accounts.people import make_user

    return make_user("officer", "Compliance officer")


@pytest.fixture
def desk(client: Client, officer: "User") -> Client:
    """The officer's browser."""
    from tests.accounts.people import sign_in

    return sign_in(client, officer)


@pytest.fixture
def guard_desk(db: None) -> Client:
    """The browser of a security administrator, who reads the ledger but no requests."""
    from tests.accounts.people import make_user, sign_in

    return sign_in(Client(), make_user("secadmin", "Security administrator"))


@pytest.fixture
def api_of() -> "Callable[[User], Client]":
    """A client that calls the REST interface with a key of the given account."""
    from accounts.actors import actor_of
    from accounts.services.api_keys import issue_api_key
    from tests.accounts.people import fresh

    def connect(user: "User") -> Client:
        _, secret = issue_api_key(user, name="test", scopes=["all"], days=1, actor=actor_of(user))
        return Client(headers={"Authorization": f"Bearer {fresh(secret)}"})

    return connect
