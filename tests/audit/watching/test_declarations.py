"""Every table is watched, only added to, or left out for a reason."""

import pytest
from django.apps import apps
from django.db import connection

from compliance.audit.watching import declarations, triggers
from compliance.audit.watching.declarations import Undeclarable, watch


def test_something_is_said_of_every_model() -> None:
    """S4-93: a new table cannot be overlooked; tables behind many-to-many fields included."""
    models = set(apps.get_models(include_auto_created=True))
    known = [triggers.model_of(label) for label in declarations.declared()]
    missing = {model._meta.label for model in models} - {model._meta.label for model in known}
    assert not missing, f"Say in <app>/watched.py what is watched of them, or why nothing is: {sorted(missing)}"
    assert len(known) == len(set(known))


def test_settings_people_and_keys_are_watched() -> None:
    """S4-93: what the row names: settings, roles, keys, policies and schedules; and what decides who may do what."""
    wanted = {
        "auth.Group", "auth.Group.permissions", "accounts.User", "accounts.User.groups", "accounts.ApiKey",
        "crypto.KeyVersion", "signing.SigningPolicy", "signing.TrustedKey", "jobs.ScheduleEntry",
        "monitoring.AlertChannel", "locations.StorageLocation", "aliases.Alias", "grants.Grant",
        "secret_store.StoredSecret", "registry.RegisteredModel", "keys.Approval",
    }  # fmt: skip
    assert wanted <= declarations.watches.keys()


@pytest.mark.django_db
def test_the_triggers_are_in_the_database() -> None:
    """S4-93: all four on each watched table, and left alone by the next migration."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, count(*) FROM pg_trigger WHERE starts_with(tgname, 'audit_watch_')"
            " AND tgrelid <> 'audit_watching_pending'::regclass GROUP BY 1"
        )
        assert dict(cursor.fetchall()) == {triggers.resolve(each).table: 4 for each in declarations.watches.values()}
        assert triggers.install(cursor) == []


def test_an_unsound_declaration_is_refused() -> None:
    with pytest.raises(Undeclarable, match="twice"):
        watch("accounts.User", "is_active")
    with pytest.raises(Undeclarable, match="columns"):
        watch("tests.Nothing")
    with pytest.raises(Undeclarable, match="no column"):
        triggers.resolve(declarations.Watch("accounts.User", ("nonsense",), (), ()))
    assert "tests.Nothing" not in declarations.watches
