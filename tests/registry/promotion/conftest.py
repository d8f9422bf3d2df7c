"""A model whose gates pass, and people around it.

This file is read before the settings are, so what needs Django's models is imported inside the fixtures.
"""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from accounts.models import User
    from registry.models import ModelVersion


@pytest.fixture
def engineer(db: None) -> "User":
    """Who registers, asks and never approves the own request."""
    from tests.accounts.people import make_user

    return make_user("engineer", "ML engineer")


@pytest.fixture
def version(engineer: "User") -> "ModelVersion":
    """Version 1 of a model whose policy asks for neither data, card nor metric."""
    from tests.registry.samples import make_model, make_version

    from .promoting import be_lenient

    model = make_model(engineer)
    be_lenient(model)
    return make_version(model, engineer)
