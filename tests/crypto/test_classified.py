"""A column that is tagged as sensitive is encrypted, or the portal does not start."""

import pytest

from compliance.evidence.kpis import kpis
from modelops.crypto import classified
from modelops.crypto.classified import check_classified, sensitive
from registry.posture import columns


def test_a_tagged_column_in_clear_fails_the_system_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """S4-126"""
    assert check_classified(None) == []
    monkeypatch.setattr(classified, "_tagged", dict(classified._tagged))
    sensitive("registers.Breach.nature", "what happened")
    sensitive("registers.Breach.nobody", "not there")
    in_clear, missing = check_classified(None)
    assert (in_clear.id, missing.id) == ("modelops.E016", "modelops.E016")
    assert "registers.Breach.nature is tagged as sensitive (what happened) and is stored in clear" in in_clear.msg
    assert "does not exist" in missing.msg
    with pytest.raises(ValueError, match="tagged twice"):
        sensitive("registers.Breach.nature", "another reason")


def test_what_the_portal_keeps_of_people_and_secrets_is_classified() -> None:
    """S4-126"""
    there = {row.column: row.is_encrypted for row in classified.classified()}
    assert {
        "registers.Consent.subject", "subjects.SubjectRequest.subject_email", "secret_store.StoredSecret.sealed_value",
        "monitoring.AlertChannel.sealed_config", "registry.ModelVersion.parameters", "registry.Artifact.wrapped_key",
    } <= there.keys()  # fmt: skip
    assert all(there.values())


@pytest.mark.django_db
def test_the_figure_counts_columns_and_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """S4-126: 100 % while every classified column and every file is encrypted; a column in clear turns it red."""
    assert columns().passed
    shown = {one.key: one for one in kpis()}["encrypted"]
    assert (shown.value, shown.tone) == ("100 %", "good")
    monkeypatch.setattr(classified, "_tagged", {**classified._tagged, "registers.Breach.nature": "what happened"})
    shown = {one.key: one for one in kpis()}["encrypted"]
    assert shown.tone == "bad"
    assert columns().findings[0].key == "clear:registers.Breach.nature"
