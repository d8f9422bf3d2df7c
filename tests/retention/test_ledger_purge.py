"""The end of rows of the audit log: a month at a time, by two people, and the rest is proven as before."""

import datetime as dt
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from compliance.audit.partitions import create_partition_sql, month_of
from compliance.audit.sealing.models import Anchoring, AnchoringState, Leaf, PurgedMonth
from compliance.audit.streaming.models import Receiver
from compliance.audit.verifying import verify
from compliance.retention import changing
from compliance.retention.checks import check_data_classes
from compliance.retention.installed import policy_of
from compliance.retention.ledger_months import purge
from compliance.retention.models import PolicyChange, RetentionPolicy
from modelops.lib.errors import Conflict, Invalid
from modelops.lib.ids import first_id_at
from tests.accounts.people import make_user, sign_in
from tests.audit.exporting.conftest import verify as verify_alone  # noqa: F401  the program as a process of its own
from tests.audit.exporting.kit import export_to
from tests.audit.exporting.sealing import SealedLedger
from tests.audit.sealing.rows import as_superuser, sql

pytestmark = pytest.mark.django_db
ROWS = 300
OLD = month_of(dt.datetime.now(dt.UTC) - dt.timedelta(days=500))
NAME = f"{OLD:%Y-%m}"
SYSTEM = Actor.system("tests")


def put_month(month: dt.datetime, rows: int) -> None:
    """A month of the ledger with rows, as it was written then."""
    with connection.cursor() as cursor:
        cursor.execute(create_partition_sql(month))
        for number in range(rows):
            cursor.execute(
                "INSERT INTO audit_auditevent (id, recorded_at, name, category, outcome, actor_kind, actor_ref,"
                " target_type, target_id, details, request_id, source) VALUES (%s, %s, 'tests.thing.done', 'system',"
                " 'success', 'system', 'tests', 'tests.thing', %s, '{}', '', '')",
                [first_id_at(month, dt.timedelta(seconds=number)), month, str(number)],
            )


def anchored(ledger: SealedLedger) -> None:
    """Sign the tree as it is; the checkpoint lies outside."""
    Anchoring.objects.create(checkpoint=ledger.checkpoint(), anchor="file", state=AnchoringState.DONE)


@pytest.fixture
def ledger() -> SealedLedger:
    """An old month, sealed under a checkpoint that is anchored, and newer rows."""
    put_month(OLD, ROWS)
    sealed = SealedLedger()
    anchored(sealed)
    return sealed


@pytest.fixture
def desk() -> Client:
    return sign_in(Client(), make_user("officer", "Compliance officer"))


def decide(desk: Client, days: int = 400) -> None:
    """Two people decide for how long logs are kept, in the admin."""
    page = reverse("admin:retention_retentionpolicy_change", args=[policy_of("logs").pk])
    given = {"ask-days": days, "ask-action": "delete", "ask-basis": "Art. 5(1)(e)", "ask-archive_days": ""}
    answer = desk.post(f"{page.removesuffix('change/')}ask/", given)
    assert answer.status_code == 302, answer.content.decode()
    change = PolicyChange.objects.latest("created_at")
    guard = sign_in(Client(), make_user("guard", "Security administrator"))
    assert guard.post(reverse("admin:retention_policychange_approve", args=[change.pk])).status_code == 302


def apply(*arguments: str) -> str:
    out = StringIO()
    call_command("apply_retention", *arguments, stdout=out)
    return out.getvalue()


def in_month() -> int:
    return AuditEvent.objects.filter(target_type="tests.thing").count()


def test_an_old_month_goes_and_the_rest_is_proven_from_the_signed_checkpoint(
    ledger: SealedLedger,
    desk: Client,
    tmp_path: Path,
    verify_alone: Any,  # noqa: F811
) -> None:
    """S4-59: dry by default; the ledger tells of it; the portal and the stand-alone verifier say that it holds."""
    decide(desk)
    apply()
    assert in_month() == ROWS, "a dry run removes nothing"
    apply("--execute")
    assert in_month() == 0
    told = AuditEvent.objects.get(name="audit.month.purged")
    assert (told.target_id, told.details["rows"], told.details["approved_by"][:5]) == (NAME, ROWS, "user:")
    row = PurgedMonth.objects.get()
    assert (row.month, row.rows, row.last_seq < row.size) == (NAME, ROWS, True)
    assert Leaf.objects.filter(event_id__gte=row.first_id, event_id__lt=row.until_id).count() == ROWS
    anchored(ledger)

    for full in (True, False):
        verdict = verify(full=full, anchors={"file": ledger.notes}, at_once=1)
        assert verdict.holds, verdict.findings
        assert [one.kind for one in verdict.findings if one.kind != "clock.back"] == ["row.purged"]
    assert f"{ROWS} rows of {NAME} were purged" in next(
        one.says for one in verdict.findings if one.kind == "row.purged"
    )
    assert verify(at_once=1).purged == ROWS

    whole = export_to(tmp_path / "all.jsonl")
    said = verify_alone(whole, anchor=ledger.anchor(tmp_path))
    assert said.code == 0, said.text
    assert f"{ROWS} rows of {NAME} were purged at" in said.text
    some = verify_alone(export_to(tmp_path / "some.jsonl", category="privacy"), anchor=ledger.anchor(tmp_path))
    assert some.code == 0, some.text
    assert f'"purged":{ROWS}' in export_to(tmp_path / "all.csv", "csv").read_text().splitlines()[-2]
    assert apply("--execute"), "a second run finds nothing and does no harm"
    assert PurgedMonth.objects.count() == 1


def test_rows_that_nobody_purged_are_missing_and_a_purge_without_an_act_is_none(
    ledger: SealedLedger,
    desk: Client,
    tmp_path: Path,
    verify_alone: Any,  # noqa: F811
) -> None:
    """S4-59: with the owner's rights rows can be dropped; the verification says so, whatever a table pretends."""
    decide(desk)
    anchored(ledger)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE audit_auditevent_{OLD:%Y_%m}")
    verdict = verify(at_once=1)
    assert (verdict.holds, verdict.first_bad and verdict.first_bad.kind) == (False, "row.missing")
    low, high = first_id_at(OLD), first_id_at(OLD, dt.timedelta(days=40))
    leaves = Leaf.objects.filter(event_id__gte=low, event_id__lt=high).order_by("seq")
    head = Anchoring.objects.earliest("id").checkpoint
    PurgedMonth.objects.create(
        month=NAME, first_id=low, until_id=high, rows=ROWS, first_seq=leaves[0].seq, last_seq=leaves[ROWS - 1].seq,
        size=head.size, note=head.note,
    )  # fmt: skip
    assert "tells of no such act" in str(verify(at_once=1).first_bad)
    said = verify_alone(export_to(tmp_path / "all.jsonl"))
    assert said.code == 1
    assert "no row of the ledger tells that they were purged" in said.text


@pytest.mark.parametrize("reason", ["held", "not_approved", "too_young", "not_sealed", "not_anchored", "not_streamed",
                                    "altered"])  # fmt: skip
def test_a_month_stays_when_anything_stands_against_it(reason: str, desk: Client) -> None:
    """S4-59: each by the database's own function, and by what is looked at before."""
    month = month_of(dt.datetime.now(dt.UTC) - dt.timedelta(days=370)) if reason == "too_young" else OLD
    if reason == "too_young":
        month = month_of(timezone.now() - dt.timedelta(days=200))
    put_month(month, 5)
    ledger = SealedLedger()
    if reason == "not_anchored":
        ledger.checkpoint()
    elif reason != "not_sealed":
        anchored(ledger)
    if reason != "not_approved":
        decide(desk)
    if reason == "held":
        changing.hold(policy_of("logs"), "proceedings", actor=SYSTEM)
    if reason == "not_streamed":
        Receiver.objects.create(name="siem", kind="file", form="ocsf", cursor=0)
    if reason == "altered":
        with as_superuser():
            sql("UPDATE audit_auditevent SET source = 'x' WHERE target_type = 'tests.thing' AND target_id = '3'")
    with pytest.raises(Conflict) as refusal:
        purge(f"{month:%Y-%m}", 365, actor=SYSTEM)
    assert refusal.value.code == f"purge.{reason}"
    assert in_month() == 5
    apply("--execute")
    assert in_month() == 5
    if reason in {"not_sealed", "not_anchored", "not_streamed", "altered"}:
        assert AuditEvent.objects.get(name="audit.month.purge_refused").details["code"] == refusal.value.code


def test_the_period_that_was_installed_alone_removes_nothing(ledger: SealedLedger) -> None:
    """S4-59: 365 days stand there after the installation; that they count for the ledger is decided by two people."""
    assert policy_of("logs").days == 365
    apply("--execute")
    assert in_month() == ROWS
    assert changing.preview(policy_of("logs"), 365) == ROWS


def test_a_regime_raises_the_shortest_period(ledger: SealedLedger, desk: Client, settings: Any) -> None:
    """S4-59: a year at least; HIPAA asks for six, also of a policy that was decided before."""
    with pytest.raises(Invalid, match="kept for 365 to"):
        changing.preview(policy_of("logs"), 364)
    decide(desk)
    settings.MODELOPS_REGIMES = ["gdpr", "hipaa"]
    with pytest.raises(Invalid, match="kept for 2190 to"):
        changing.preview(policy_of("logs"), 400)
    apply("--execute")
    assert in_month() == ROWS
    settings.MODELOPS_REGIMES = ["hippa"]
    assert [fault.id for fault in check_data_classes(None)] == ["modelops.E017"]


def test_a_policy_shortened_past_the_services_removes_nothing(ledger: SealedLedger, desk: Client) -> None:
    """S4-59: the database compares the period with what two people approved."""
    decide(desk, 600)
    RetentionPolicy.objects.filter(data_class="logs").update(days=365)
    with pytest.raises(Conflict) as refusal:
        purge(NAME, 365, actor=SYSTEM)
    assert refusal.value.code == "purge.not_approved"
