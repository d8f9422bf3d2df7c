"""Dates of backup and drill where people look: inventory, system page, doctor and posture."""

import datetime as dt

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from compliance.escrow.models import DrillOutcome, KeyBackup, RestoreDrill
from compliance.escrow.posture import a_restore_was_proven, keys_are_backed_up
from compliance.escrow.standing import standing
from modelops import doctor
from modelops.crypto.decisions import by_shell
from modelops.crypto.models import KeyVersion
from modelops.crypto.purposes import Purpose
from modelops.crypto.services import create_key
from modelops.crypto.states import Reason
from tests.accounts.people import make_user, sign_in

pytestmark = pytest.mark.django_db


def backed_up(sha256: str = "a" * 64) -> KeyBackup:
    ids = [str(pk) for pk in KeyVersion.objects.values_list("pk", flat=True)]
    return KeyBackup.objects.create(
        made_at=timezone.now(), sha256=sha256, key_ids=ids, recipients=[], root_key_id="root"
    )


def drilled(days_ago: int, code: str = "") -> RestoreDrill:
    return RestoreDrill.objects.create(
        ran_at=timezone.now() - dt.timedelta(days=days_ago),
        outcome=DrillOutcome.FAILED if code else DrillOutcome.PASSED,
        code=code,
    )


def test_a_key_without_a_backup_and_a_quarter_without_a_drill_are_found() -> None:
    """S1-39: in production; in development nothing is lost with a key."""
    assert (standing().backup_words, standing().drill_words) == ("never", "never")
    assert keys_are_backed_up().passed
    with override_settings(PRODUCTION=True):
        assert not keys_are_backed_up().passed
        assert not a_restore_was_proven().passed
        backed_up()
        drilled(10)
        assert keys_are_backed_up().passed
        assert a_restore_was_proven().passed
        create_key(Purpose.FIELD, decision=by_shell(Reason.SCHEDULE))
        assert not keys_are_backed_up().passed
        assert "field v2" in keys_are_backed_up().evidence
        assert standing().backup != (newer := backed_up("b" * 64))
        assert standing().backup == newer
        drilled(5, "drill.key_missing")
        assert "drill.key_missing" in a_restore_was_proven().findings[0].title
        drilled(1)
        assert a_restore_was_proven().passed
        RestoreDrill.objects.update(ran_at=timezone.now() - dt.timedelta(days=100))
        assert not a_restore_was_proven().passed
        found = [problem.found for problem in doctor._keys()]
        assert any("restore drill is due" in text for text in found)


def test_the_dates_stand_where_people_look(client: Client) -> None:
    """S1-39, S0-32: inventory and system page; the latter names provider, root key and its last unwrap."""
    sign_in(client, make_user("keeper", "Security administrator"))
    backup, drill = backed_up(), drilled(0)
    day = f"{timezone.now():%Y-%m-%d}"
    for address in ("/admin/crypto/keyversion/", "/admin/system/"):
        page = client.get(address).content.decode()
        assert f"{backup.made_at:%Y-%m-%d %H:%M} UTC, every key" in page, address
        assert f"passed {drill.ran_at:%Y-%m-%d %H:%M} UTC" in page, address
    system = client.get("/admin/system/").content.decode()
    root_key_id = KeyVersion.objects.values_list("root_key_id", flat=True).first()
    assert "environment" in system
    assert str(root_key_id) in system
    assert f"Last unwrap</dt><dd>{day}" in system
    for address in (f"/admin/escrow/keybackup/{backup.pk}/change/", f"/admin/escrow/restoredrill/{drill.pk}/change/"):
        assert client.get(address).status_code == 200
    assert list(doctor.facts())[:2] == [
        f"Key backup: {standing().backup_words}",
        f"Restore drill: {standing().drill_words}",
    ]
