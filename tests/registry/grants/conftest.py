"""Two restricted models, and somebody who may read what is open to them."""

from typing import TYPE_CHECKING

import pytest

# Models are imported when a fixture needs them: pytest reads this file before the settings.
if TYPE_CHECKING:
    from accounts.models import User
    from registry.models import RegisteredModel


@pytest.fixture
def reader(db: None) -> "User":
    from tests.accounts.people import make_user

    return make_user("reader")


@pytest.fixture
def two(scientist: "User") -> "tuple[RegisteredModel, RegisteredModel]":
    """Two restricted models with a version each."""
    from compliance.audit import Actor
    from registry.grants import services
    from tests.registry.samples import make_model, make_version

    models = make_model(scientist, "alpha"), make_model(scientist, "beta")
    for model in models:
        make_version(model, scientist, metrics={"auc": 0.9}, parameters={"depth": 3})
        services.change_access(model, is_restricted=True, actor=Actor.system("tests"))
    return models
