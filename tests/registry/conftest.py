"""Accounts, a client of the REST interface, and what lies in the store.

This file is read before the settings are, so what needs Django's models is imported inside the fixtures.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client

if TYPE_CHECKING:
    from accounts.models import User


@pytest.fixture
def scientist(db: None) -> "User":
    """A data scientist with a second factor."""
    from tests.accounts.people import make_user

    return make_user("scientist", "Data scientist")


@pytest.fixture
def api_as() -> Callable[..., Client]:
    """A client that calls the REST interface with a key of the given account, just confirmed where that is asked."""
    from accounts.actors import actor_of
    from accounts.services.api_keys import issue_api_key
    from tests.accounts.people import fresh, with_reason

    def connect(user: "User", scopes: list[str] | None = None, *, confirmed: bool = False) -> Client:
        with_reason(user)
        _, secret = issue_api_key(user, name="test", scopes=scopes or ["all"], days=1, actor=actor_of(user))
        return Client(headers={"Authorization": f"Bearer {fresh(secret) if confirmed else secret}"})

    return connect


@pytest.fixture
def api(scientist: "User", api_as: Callable[..., Client]) -> Client:
    """The REST interface as the data scientist."""
    return api_as(scientist)


@pytest.fixture
def portal(scientist: "User", client: Client) -> Client:
    """The portal as the data scientist, who signed in a while ago."""
    from tests.accounts.people import sign_in_earlier

    return sign_in_earlier(client, scientist)


@pytest.fixture
def stored() -> Callable[[], list[Path]]:
    """What files were added to the store since the test began."""

    def files() -> set[Path]:
        root = Path(settings.MODELOPS_HOME) / "artifacts"
        from registry.locations.folder_files import LAID_OUT

        return {path for path in root.rglob("*") if path.is_file() and path.name != LAID_OUT}

    before = files()
    return lambda: sorted(files() - before)
