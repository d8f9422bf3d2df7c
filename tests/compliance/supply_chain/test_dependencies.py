"""Advisories and reports from files: imported, matched with what is installed, told by the clock, refused when bad."""

import datetime as dt
import io
import json
import zipfile
from importlib import metadata
from pathlib import Path
from typing import Any

import django
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from compliance.audit.models import AuditEvent
from compliance.evidence.kpis import kpis
from compliance.supply_chain import posture
from compliance.supply_chain.cvss import base_score
from compliance.supply_chain.lock import in_use, locked
from compliance.supply_chain.models import Advisory, ImportedFile, VulnerablePackage
from compliance.supply_chain.osv import fixed_in
from compliance.supply_chain.tasks import compare_with_advisories
from modelops.lib.posture import Outcome
from tests.accounts.conftest import Clock
from tests.accounts.people import make_user, sign_in

pytestmark = pytest.mark.django_db
USED = django.get_version()
VERSION_4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N"
CRITICAL = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    own = Clock()
    monkeypatch.setattr(timezone, "now", own.now)
    return own


@pytest.fixture
def desk() -> Client:
    return sign_in(Client(), make_user("guard", "Security administrator"))


def advisory(osv_id: str = "PYSEC-2026-1", *, below: str = "99.0", name: str = "Django", **more: Any) -> dict[str, Any]:
    """One that is about every version below ``below``."""
    events = [{"introduced": "0"}, {"fixed": below}]
    return {
        "id": osv_id,
        "modified": "2026-11-20T10:00:00Z",
        "summary": "Reads what it must not.",
        "severity": [{"type": "CVSS_V3", "score": CRITICAL}],
        "affected": [
            {"package": {"ecosystem": "PyPI", "name": name}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}
        ],
        **more,
    }


def back() -> Client:
    """The same person, signed in again: a session does not last for days."""
    return sign_in(Client(), User.objects.get(username="guard"))


def import_file(desk: Client, content: Any, kind: str = "advisories", **given: Any) -> Any:
    """Paste a file into the page."""
    return desk.post(reverse("admin:dependencies-import"), {"kind": kind, "content": json.dumps(content), **given})


def loudness(outcome: Outcome) -> list[str]:
    return [finding.severity for finding in outcome.findings]


def tile() -> Any:
    return next(one for one in kpis() if one.key == "vulnerabilities")


def test_the_bill_of_materials_is_valid_cyclonedx(desk: Client, tmp_path: Path) -> None:
    """S2-52: of the whole lock with its hashes, by command and on the page; valid by the schema of the format."""
    call_command("dependencies", "sbom", "--out", tmp_path / "bom.json", stdout=io.StringIO())
    answer = desk.get(reverse("admin:dependencies-sbom"))
    assert answer["Content-Type"].startswith("application/vnd.cyclonedx+json")
    for text in ((tmp_path / "bom.json").read_text(), answer.content.decode()):
        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
        bill = json.loads(text)
        assert {(one["name"], one["version"]) for one in bill["components"]} == {(p.name, p.version) for p in locked()}
        first = bill["components"][0]["externalReferences"][0]["hashes"]
        assert {value["content"] for value in first} == set(locked()[0].hashes)
    assert AuditEvent.objects.filter(name="supply_chain.bill.given").count() == 1
    broken = json.dumps({**bill, "components": [{"name": "x"}]})
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(broken) is not None


def test_the_page_lists_advisories_from_an_offline_file_with_their_age(desk: Client, clock: Clock) -> None:
    """S4-115: an OSV file about an installed version; the fix, and that it is gone, come from the next one."""
    assert (
        import_file(
            desk, [advisory(), advisory("PYSEC-2026-2", below="1.0"), advisory("X-3", name="unused")]
        ).status_code
        == 302
    )
    row = VulnerablePackage.objects.get()
    assert (row.package, row.version, row.severity, row.fixed_in) == ("django", USED, "critical", "99.0")
    clock.forward(days=2)
    desk = back()
    page = desk.get(reverse("admin:dependencies")).content.decode()
    assert "PYSEC-2026-1: Reads what it must not." in page
    assert "Fixed in 99.0" in page
    assert "PYSEC-2026-2" not in page
    assert "newest of 2026-11-20 10:00 UTC" in page
    assert page.count('<th scope="row">') == len(in_use())
    assert import_file(desk, [advisory(below=USED)]).status_code == 302
    row.refresh_from_db()
    assert row.closed_at is not None
    told = AuditEvent.objects.get(name="supply_chain.package.fixed").details
    assert (told["package"], told["hours"]) == ("django", 48)


def test_a_critical_finding_alerts_after_20_hours_and_is_red_after_24(desk: Client, clock: Clock) -> None:
    """S4-124: the clock runs from the import; the tile is computed and a finding of 25 hours is red."""
    assert (tile().value, tile().tone) == ("100 %", "good")
    import_file(desk, [advisory()])
    assert loudness(posture.vulnerable()) == []
    clock.forward(hours=19)
    assert (loudness(posture.vulnerable()), tile().tone) == ([], "good")
    clock.forward(hours=1)
    assert (loudness(posture.vulnerable()), tile().tone) == (["high"], "good")
    clock.forward(hours=5)
    assert (loudness(posture.vulnerable()), tile().tone) == (["critical"], "bad")
    assert (tile().value, tile().note) == ("0 %", "the oldest open one is 25 h old")
    desk = back()
    import_file(desk, [advisory(below=USED)])
    assert (loudness(posture.vulnerable()), tile().value, tile().tone) == ([], "0 %", "good")
    import_file(
        desk,
        [
            advisory("GHSA-1", database_specific={"severity": "MODERATE"}),
            advisory("GHSA-2", severity=[{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N"}]),
            advisory("GHSA-3", severity=[{"type": "CVSS_V4", "score": VERSION_4}]),
        ],
    )
    assert sorted(loudness(posture.vulnerable())) == ["high", "warning", "warning"]
    assert "GHSA-2, unknown" in str(posture.vulnerable().findings), "not rated, and counted as high"
    assert "GHSA-3, medium" in str(posture.vulnerable().findings)


def test_a_scan_of_ci_older_than_seven_days_is_red(desk: Client, clock: Clock, settings: Any, tmp_path: Path) -> None:
    """S4-112: the date of the last one is imported, on the page and by command."""
    assert not posture.scanned().applies
    settings.PRODUCTION = True
    assert loudness(posture.scanned()) == ["high"]
    report = {"dependencies": [{"name": "django", "version": USED, "vulns": []}], "fixes": []}
    ran_at = timezone.now() - dt.timedelta(days=6)
    assert import_file(desk, report, "scan", ran_at=f"{ran_at:%Y-%m-%d %H:%M:%S}").status_code == 302
    assert posture.scanned().passed
    assert f"{ran_at:%Y-%m-%d %H:%M}" in posture.scanned().evidence
    clock.forward(days=1, hours=1)
    assert loudness(posture.scanned()) == ["high"]
    (tmp_path / "scan.json").write_text(json.dumps(report))
    call_command("dependencies", "scan", tmp_path / "scan.json", stdout=io.StringIO())
    assert posture.scanned().passed
    late = import_file(back(), report, "scan", ran_at=f"{timezone.now() + dt.timedelta(days=1):%Y-%m-%d %H:%M}")
    assert (late.status_code, "still to come" in late.content.decode()) == (422, True)


def test_the_schedule_takes_in_what_a_mirror_leaves_in_a_folder(settings: Any, tmp_path: Path, capsys: Any) -> None:
    """S4-115: each file once, also a ZIP; a bad one stops none of the others; the command ends with 1."""
    settings.MODELOPS_ADVISORIES = str(tmp_path)
    (tmp_path / "a-bad.json").write_text("{")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("PYSEC-2026-1.json", json.dumps(advisory()))
        archive.writestr("GO-1.json", json.dumps({"id": "GO-1", "modified": "2026-01-01T00:00:00Z", "affected": []}))
    assert compare_with_advisories() == 1
    assert compare_with_advisories() == 0
    assert VulnerablePackage.objects.filter(closed_at=None).count() == 1
    (tmp_path / "one.jsonl").write_text(
        f"{json.dumps(advisory('PYSEC-2026-8'))}\n{json.dumps(advisory('PYSEC-2026-9'))}\n"
    )
    out = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("dependencies", "import", tmp_path / "one.jsonl", stdout=out)
    assert (end.value.code, out.getvalue().count("critical; fixed in 99.0")) == (1, 3)
    withdrawn = tmp_path / "withdrawn.json"
    withdrawn.write_text(json.dumps([advisory(f"PYSEC-2026-{n}", withdrawn="2026-11-21T00:00:00Z") for n in (1, 8, 9)]))
    call_command("dependencies", "import", withdrawn, stdout=out)
    assert not VulnerablePackage.objects.filter(closed_at=None).exists()
    with pytest.raises(CommandError, match=r"no JSON.*advisories.unreadable"):
        call_command("dependencies", "import", tmp_path / "a-bad.json")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "1 byte to"),
        (b" ", "empty"),
        (b"\xff\xfe", "no text in UTF-8"),
        (b"[1]", "entry 1"),
        (b"{", "no JSON"),
        (b"PK\x03\x04broken", "ZIP cannot be read"),
        ([{**advisory(), "modified": "yesterday"}], "entry 1"),
        ([advisory(), {**advisory(), "id": ""}], "entry 2"),
        ([advisory(name="x" * 300)], "up to 200"),
        ([{"id": "GO-1", "modified": "2026-01-01T00:00:00Z", "affected": []}], "no advisory about a package"),
        (b"[" * 100_000, "JSON"),
    ],
)
def test_a_bad_file_is_refused_whole_and_says_where(desk: Client, content: Any, says: str, tmp_path: Path) -> None:
    """S4-115: nothing of it is kept; by the command, and what is text on the page too."""
    (tmp_path / "bad").write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    with pytest.raises(CommandError) as refusal:
        call_command("dependencies", "import", tmp_path / "bad")
    assert says in str(refusal.value)
    if not isinstance(content, bytes):
        answer = import_file(desk, content)
        assert (answer.status_code, says in answer.content.decode()) == (422, True)
    assert import_file(desk, {"dependencies": []}, "scan").status_code == 422
    assert import_file(desk, "no report", "scan").status_code == 422
    assert (Advisory.objects.count(), ImportedFile.objects.count(), VulnerablePackage.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("vector", "score"),
    [
        (CRITICAL, 9.8),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
        ("CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 7.8),
        ("CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:H", 5.9),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0),
        ("CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N", 0.0),
    ],
)
def test_scores_are_those_of_the_specification(vector: str, score: float) -> None:
    """S4-124: as published for known vulnerabilities (CVE-2021-44228 has 10.0, a stored script 6.1)."""
    assert base_score(vector) == score


def test_ranges_open_and_close_by_version() -> None:
    """S4-115: several branches, the last version that is affected, and single versions."""
    branches = [{"introduced": "0"}, {"fixed": "4.2.9"}, {"introduced": "5.0"}, {"fixed": "5.0.3"}]
    one = [{"name": "x", "ranges": [branches], "versions": []}]
    found = {at: fixed_in(one, "x", at) for at in ("4.2.8", "4.2.9", "4.2.10", "5.0", "5.0.3", "5.1", "5.0rc1")}
    assert found == {
        "4.2.8": "4.2.9", "4.2.9": None, "4.2.10": None, "5.0": "5.0.3", "5.0.3": None, "5.1": None, "5.0rc1": None,
    }  # fmt: skip
    last = [{"name": "x", "ranges": [[{"introduced": "2"}, {"last_affected": "3"}]], "versions": ["1.5"]}]
    assert [fixed_in(last, "x", at) for at in ("1", "1.5", "2", "3", "3.1")] == [None, "", "", "", None]
    assert fixed_in(last, "y", "3") is None
    odd = [{"name": "x", "ranges": [[{"introduced": "0"}, {"fixed": "2004d"}]], "versions": []}]
    assert fixed_in(odd, "x", "3") == "", "what cannot be read is not called harmless"


def test_each_package_is_listed_once_however_often_the_lock_pins_it() -> None:
    """S4-115: a lock pins a package once for each Python that needs another version; one of them is installed."""
    names = [one.name for one in in_use()]
    assert len(names) == len(set(names)) < len(locked())
    numpy = next(one for one in in_use() if one.name == "numpy")
    assert numpy.version == metadata.version("numpy")
    assert numpy.hashes
