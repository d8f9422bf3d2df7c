"""Finding rows of the ledger through the REST interface and in the admin."""

import datetime as dt
import importlib

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from compliance.audit import Actor, define, record
from compliance.audit.context import RequestContext, current, network_of
from compliance.audit.models import AuditEvent
from compliance.audit.partitions import TABLE, month_of, next_month
from compliance.audit.searching import Search, matching, words_sql
from modelops.lib.ids import first_id_at
from registry.models import RegisteredModel
from tests.accounts.people import make_user, sign_in
from tests.audit.roles.conftest import Connect, connect  # noqa: F401  a fixture

HERE = define("tests.search.here", "was here: {note}", "note", category="data", ocsf="entity.other")
THERE = define("tests.search.there", "was there: {note}", "note", category="privacy", ocsf="entity.other")
API = "/api/v1/audit-events/"
LIST = "/admin/audit/auditevent/"
INSERT = (
    "INSERT INTO audit_auditevent (id, name, category, outcome, actor_kind, actor_ref, target_type, target_id, details,"
    " request_id, source) VALUES (%s, %s, 'data', 'success', 'system', 'tests', '', '', %s, '', '')"
)


@pytest.fixture
def rows(transactional_db: None) -> dict[str, AuditEvent]:
    """Two rows that differ in everything."""
    made = {}
    where = (
        (
            "here",
            HERE,
            "203.0.113.7",
            Actor("user", "0194d0c0-0000-7000-8000-000000000001"),
            "success",
            "model-7 Größe",
        ),
        ("there", THERE, "198.51.100.9", Actor.system("clock"), "denied", 'the "file" gone.csv was refused'),
    )
    for key, event, address, actor, outcome, note in where:
        context = RequestContext(request_id=f"request-{key}", source=network_of(address), address=address)
        token = current.set(context)
        with transaction.atomic():
            record(event, (f"tests.{key}", key), actor=actor, outcome=outcome, note=note)
        current.reset(token)
        made[key] = AuditEvent.objects.get(name=event.name)
    return made


@pytest.fixture
def officer(transactional_db: None, client: Client) -> Client:
    """The portal as the compliance officer has it."""
    return sign_in(client, make_user("officer", "Compliance officer"))


def found(officer: Client, **asked: str) -> set[str]:
    """Which of the two the REST interface and the admin find; both must find the same."""
    answer = officer.get(API, asked)
    assert answer.status_code == 200, answer.json()
    names = {one["name"] for one in answer.json()["results"]} & {HERE.name, THERE.name}
    fields = {("actor" if name == "actor_ref" else name): value for name, value in asked.items()}
    shown = officer.get(LIST, fields)
    assert shown.status_code == 200
    assert {event.name for event in shown.context["cl"].result_list} & {HERE.name, THERE.name} == names
    return {name.rpartition(".")[2] for name in names}


def test_every_filter_finds_its_rows_and_no_others(officer: Client, rows: dict[str, AuditEvent]) -> None:
    """S3-23, S3-22: actor, object, action, outcome, time, address, request, category and words of the details."""
    soon = (timezone.now() + dt.timedelta(minutes=1)).isoformat()
    before = (rows["here"].recorded_at - dt.timedelta(hours=1)).isoformat()
    for key in ("here", "there"):
        other = {"here": "there", "there": "here"}[key]
        asked = [
            {"actor_ref": rows[key].actor_ref},
            {"target_type": f"tests.{key}", "target_id": key},
            {"target_type": f"tests.{key}"},
            {"name": f"tests.search.{key}"},
            {"request_id": f"request-{key}"},
            {"category": rows[key].category, "name": "tests.search"},
            {"address": {"here": "203.0.113.7", "there": "198.51.100.9"}[key]},
            {"address": {"here": "203.0.113.0/24", "there": "198.51.100.0/24"}[key]},
            {"words": {"here": "model-7", "there": "csv"}[key]},
            {"words": {"here": "größe MODEL-7", "there": 'refused "file"'}[key]},
            {"since": before, "until": soon, "request_id": f"request-{key}"},
        ]
        for filters in asked:
            assert found(officer, **filters) == {key}, filters
        assert found(officer, actor_ref=rows[key].actor_ref, request_id=f"request-{other}") == set()
    assert found(officer, name="tests.search", outcome="denied") == {"there"}
    assert found(officer, name="tests.search") == {"here", "there"}
    assert found(officer, name="tests.search", until=before) == set()
    assert found(officer, address="203.0.113.8") == set()  # the same network, another address
    assert found(officer, words="model") == set()  # whole words
    assert found(officer, words="csv nowhere") == set()


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"address": "here"}, "address.invalid"),
        ({"address": "203.0.113.0/28"}, "network.too_small"),
        ({"address": "203.0.0.0/16"}, "network.too_large"),
        ({"since": "yesterday"}, "time.invalid"),
        ({"until": "2026-11-31"}, "time.invalid"),
        ({"outcome": "good"}, None),
        ({"category": "weather"}, None),
    ],
)
def test_what_cannot_be_looked_for_is_refused_in_words(
    officer: Client, asked: dict[str, str], code: str | None
) -> None:
    """S3-23: rather than found nowhere."""
    answer = officer.get(API, asked)
    assert answer.status_code == 400
    assert code is None or answer.json()["code"] == code
    page = officer.get(LIST, asked)
    if "outcome" not in asked:
        assert not page.context["cl"].result_list
        assert str(answer.json()["detail"])[:20] in page.text.replace("&#x27;", "'")


def test_a_period_is_that_of_the_rows_own_times(rows: dict[str, AuditEvent]) -> None:
    """S3-23: the ids only say where to look, with room for clocks that differ."""
    since = timezone.now() - dt.timedelta(hours=30)
    until = since + dt.timedelta(hours=1)
    second, apart = dt.timedelta(seconds=1), dt.timedelta(minutes=50)
    made = {
        "first": (since, since),
        "by a slow clock": (since + second, since - apart),
        "by a fast clock": (until - second, until + apart),
        "before": (since - second, since + second),
        "after": (until, until - second),
    }
    for label, (at, id_at) in made.items():
        AuditEvent.objects.create(
            id=first_id_at(id_at), recorded_at=at, name=HERE.name, category="data", outcome="success",
            actor_kind="system", actor_ref="tests", target_label=label, details={"note": "x"},
        )  # fmt: skip
    within = matching(AuditEvent.objects.all(), Search(since=since, until=until))
    assert set(within.values_list("target_label", flat=True)) == {"first", "by a slow clock", "by a fast clock"}
    assert {"by a fast clock", "after"} == set(
        matching(AuditEvent.objects.all(), Search(since=until - second, until=until + second)).values_list(
            "target_label", flat=True
        )
    )
    plan = within.order_by("-id").explain()
    assert f"{TABLE}_{next_month(month_of(timezone.now())):%Y_%m}" not in plan, plan  # no month beside is looked into


def test_a_period_may_begin_before_there_was_a_clock(officer: Client, rows: dict[str, AuditEvent]) -> None:
    """S3-23: years before 1970 are before every row."""
    for day in ("0001-01-01", "1900-01-01", "1970-01-01"):
        assert found(officer, name="tests.search", since=day) == {"here", "there"}
        assert found(officer, name="tests.search", until=day) == set()
    assert found(officer, name="tests.search", until="9999-12-31") == {"here", "there"}


def test_rows_are_found_by_their_words_while_a_longer_transaction_goes_on(
    officer: Client,
    rows: dict[str, AuditEvent],
    connect: Connect,  # noqa: F811
) -> None:
    """S3-23: those before it and those since, at the first search; its own when it has ended."""
    longer = connect("application")
    with longer.transaction():
        longer.execute(INSERT, [first_id_at(timezone.now()), HERE.name, '{"note":"late"}'])
        with transaction.atomic():
            record(THERE, actor=Actor.system("tests"), note="late")
        assert found(officer, words="late") == {"there"}
        assert found(officer, words="model-7") == {"here"}
    assert found(officer, words="late") == {"here", "there"}


def test_the_words_of_a_row_are_made_as_those_of_a_search() -> None:
    """S3-23: the function that fills the table beside the ledger has the same expression."""
    migration = importlib.import_module("compliance.audit.watching.migrations.0002_searching")
    assert words_sql("details") == migration.WORDS


def test_the_browser_has_a_view_for_each_category(officer: Client, rows: dict[str, AuditEvent]) -> None:
    """S3-22: a view of one category, with its other filters kept."""
    page = officer.get(LIST, {"category": "privacy", "name": "tests.search"})
    assert [event.name for event in page.context["cl"].result_list] == [THERE.name]
    tabs = {tab["label"]: tab for tab in page.context["cl"].tabs}
    assert list(tabs) == ["All", "Security", "Data", "Model", "System", "Privacy"]
    assert tabs["Privacy"]["current"]
    assert "name=tests.search" in tabs["Data"]["url"]
    assert [e.name for e in officer.get(LIST + tabs["Data"]["url"]).context["cl"].result_list] == [HERE.name]


def test_older_rows_are_reached_without_counting(officer: Client, transactional_db: None) -> None:
    """S3-23: page after page by the last row's id."""
    with transaction.atomic():
        for number in range(120):
            record(HERE, ("tests.here", "many"), actor=Actor.system("tests"), note=str(number))
    seen: list[str] = []
    address = "?target_type=tests.here&target_id=many"
    while address:
        page = officer.get(LIST + address).context["cl"]
        seen += [event.details["note"] for event in page.result_list]
        address = page.older
    assert seen == [str(number) for number in reversed(range(120))]


def test_a_page_that_begins_nowhere_says_so(officer: Client, rows: dict[str, AuditEvent]) -> None:
    """S3-23: rather than break."""
    page = officer.get(LIST, {"before": "nonsense"})
    assert page.status_code == 200
    assert "nonsense" in page.text
    assert "is no id of a row" in page.text
    assert not page.context["cl"].result_list


def test_the_name_of_what_is_gone_stays(officer: Client) -> None:
    """S4-82: type, id and the name at that time; a person has none in the ledger."""
    owner = make_user("scientist", "Data scientist")
    model = RegisteredModel.objects.create(name="churn-eu", owner=owner, task_type="binary_classification")
    with transaction.atomic():
        record(HERE, model, actor=Actor.system("tests"), note="x")
        record(THERE, owner, actor=Actor.system("tests"), note="x")
    ident = str(model.pk)
    model.delete()
    assert "churn-eu" in officer.get(LIST, {"target_id": ident}).text
    [one] = officer.get(API, {"target_id": ident, "name": HERE.name}).json()["results"]
    assert (one["target_type"], one["target_label"]) == ("registry.registeredmodel", "churn-eu")
    assert AuditEvent.objects.get(name=THERE.name).target_label == ""
