"""A column that is added to a table about people is in no bundle, and fails the check, until it is classified."""

from typing import Any

import pytest
from django.core import checks
from django.db import connection, models

from accounts.models import Device
from compliance.subjects.classified_columns import (
    REASONS,
    check_columns,
    classification,
    columns_of,
    covered_models,
    unclassified,
)
from compliance.subjects.providers import Subject, identify, providers
from tests.accounts.people import make_user


@pytest.fixture
def with_a_new_column(db: None) -> Any:
    """A column that a release added to the devices of people: in the model and in the database."""
    field = models.CharField(max_length=40, default="")
    Device.add_to_class("favourite_colour", field)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_device ADD favourite_colour varchar(40) NOT NULL DEFAULT ''")
    yield field
    Device._meta.local_fields.remove(field)
    delattr(Device, "favourite_colour")
    Device._meta._expire_cache()


def exported_of(user: Any) -> str:
    subject = identify(Subject(ref=user.username))
    return str(list(providers.get("accounts.account")().export(subject)))


def test_a_new_column_is_not_exported_until_it_is_classified(with_a_new_column: Any) -> None:
    """S4-133, S3-48: the check names it and what to do; the bundle of the person does not have it."""
    user = make_user("scientist", "Data scientist")
    Device.objects.create(user=user, cookie_digest=b"x" * 32, browser="Firefox", favourite_colour="mauve")
    assert "Firefox" in exported_of(user)
    assert "mauve" not in exported_of(user)
    (fault,) = check_columns(None)
    assert (fault.id, fault.level >= checks.WARNING) == ("modelops.W024", True)
    assert fault.msg == "accounts.Device.favourite_colour stands in no class, so it is in no bundle."
    assert "personal_data.py" in (fault.hint or "")
    told = {label: {reason: list(names) for reason, names in one.items()} for label, one in classification().items()}
    told["accounts.Device"]["upkeep"] = ["favourite_colour"]
    assert unclassified(covered_models(), told) == []


def test_every_column_of_every_covered_model_is_classified() -> None:
    """S4-133: as the portal is now; what is gone, doubled or of an unknown class is named, too."""
    assert [fault.msg for fault in check_columns(None)] == []
    told = {"accounts.Device": {"exported": ["browser", "browser", "gone"], "whim": ["id"]}}
    said = sorted(str(fault.msg).removeprefix("accounts.Device.") for fault in unclassified([Device], told))
    assert "browser stands in two classes." in said
    assert "gone is classified and does not exist." in said
    assert "id stands in a class that is unknown." in said
    assert sum("no class" in one for one in said) == len(columns_of(Device)) - 2
    assert {reason for one in classification().values() for reason in one} == set(REASONS)
    assert set(classification()) == {model._meta.label for model in covered_models()}
