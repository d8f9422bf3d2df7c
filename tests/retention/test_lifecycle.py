"""Every class of data has a rule and a handler, and applying the rules removes what is due and nothing else."""

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone

from accounts.models import Session
from compliance.audit.models import AuditEvent
from compliance.retention import Lifecycle, classes
from compliance.retention.checks import find_faults, own_models

pytestmark = pytest.mark.django_db


def applied(*arguments: str) -> dict[str, str]:
    """The lines of the command by data class."""
    out = io.StringIO()
    call_command("apply_retention", *arguments, stdout=out)
    return {line.split()[0]: line for line in out.getvalue().splitlines()}


def ended_session(days: int) -> Session:
    ended = timezone.now() - timedelta(days=days)
    return Session.objects.create(
        key_digest=days.to_bytes(32, "big"), sealed_payload=b"x", expires_at=ended, idle_expires_at=ended
    )


def test_every_model_has_exactly_one_class() -> None:
    """S3-72."""
    assert [fault for fault in run_checks() if fault.id and fault.id.startswith("modelops.E01")] == []
    assert len(own_models()) > 20


def test_a_model_without_a_class_a_second_class_and_a_class_without_a_model_are_faults() -> None:
    """S3-72: a data class without handler fails a system check."""
    assert [fault.id for fault in find_faults({"a.New"}, [])] == ["modelops.E010"]
    assert [fault.id for fault in find_faults(set(), ["a.Gone"])] == ["modelops.E011"]
    assert [fault.id for fault in find_faults({"a.Two"}, ["a.Two", "a.Two"])] == ["modelops.E012"]
    assert find_faults({"a.One"}, ["a.One"]) == []


def test_a_class_without_a_handler_cannot_be_made() -> None:
    class NoHandler(Lifecycle):
        label, rule, covers = "x", "x", frozenset()

    with pytest.raises(TypeError, match="abstract"):
        NoHandler()  # type: ignore[abstract]


def test_every_rule_is_told_in_words() -> None:
    for key, cls in classes.items():
        assert cls.label, key
        assert cls.rule.endswith("."), key
        assert cls().due() >= 0


def test_a_dry_run_removes_nothing_and_execute_removes_rows_that_are_due() -> None:
    old = ended_session(2)
    assert "1 due" in applied()["accounts.sessions"]
    assert Session.objects.filter(pk=old.pk).exists()
    assert "1 removed" in applied("--execute")["accounts.sessions"]
    assert not Session.objects.filter(pk=old.pk).exists()
    [event] = AuditEvent.objects.filter(name="retention.rule.applied")
    assert event.details == {"data_class": "accounts.sessions", "removed": 1}
    assert "0 removed" in applied("--execute")["accounts.sessions"]


def test_files_follow_the_rules_too(tmp_path: Path) -> None:
    incoming = tmp_path / "artifacts" / "incoming"
    incoming.mkdir(parents=True)
    cut_off, fresh = incoming / ("a" * 32), incoming / ("b" * 32)
    cut_off.write_bytes(b"x")
    fresh.write_bytes(b"x")
    os.utime(cut_off, (0, 0))
    with override_settings(MODELOPS_HOME=tmp_path):
        assert "1 due" in applied()["registry.unnamed_files"]
        assert cut_off.exists()
        assert "1 removed" in applied("--execute")["registry.unnamed_files"]
    assert not cut_off.exists()
    assert fresh.exists()
