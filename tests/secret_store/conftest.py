"""Who looks after secrets."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from tests.registry.conftest import api_as  # noqa: F401  the same clients as in the registry's tests

if TYPE_CHECKING:
    from accounts.models import User


@pytest.fixture
def keeper(db: None) -> "User":
    """A security administrator with a second factor."""
    from tests.accounts.people import make_user

    return make_user("keeper", "Security administrator")


@pytest.fixture
def api(keeper: "User", api_as: Callable[..., Client]) -> Client:  # noqa: F811
    """The REST interface as the security administrator."""
    return api_as(keeper, confirmed=True)


@pytest.fixture
def admin(keeper: "User", client: Client) -> Client:
    """The admin as the signed-in security administrator."""
    from tests.accounts.people import sign_in

    return sign_in(client, keeper)
