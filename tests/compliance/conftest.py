"""People of these tests, signed in to the admin. Models are imported late: this file is read before the settings."""

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
