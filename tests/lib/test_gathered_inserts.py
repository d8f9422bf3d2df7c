"""Rows that are gathered go to the database together, and nobody can tell."""

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from modelops.jobs.models import Job
from modelops.lib.fixed_inserts import insert
from modelops.lib.gathered_inserts import gathered
from registry.models import RetiredName
from tests.accounts.people import make_user
from tests.registry.samples import make_model, make_version

pytestmark = pytest.mark.django_db(transaction=True)


def _job() -> Job:
    return Job(kind="tests.none", payload={})


def test_rows_of_several_tables_are_one_statement() -> None:
    """S0-27: what belongs to one act costs one way to the database."""
    rows = [_job(), RetiredName(kind="model", name="gone"), _job()]
    with CaptureQueriesContext(connection) as asked, transaction.atomic(), gathered():
        for row in rows:
            insert(row)
    assert [query["sql"].split(" ")[0] for query in asked if "INSERT" in query["sql"]] == ["WITH"]
    assert {Job.objects.get(pk=row.pk).state for row in rows if isinstance(row, Job)} == {"queued"}
    assert RetiredName.objects.filter(name="gone").exists()


def test_more_rows_than_one_statement_takes() -> None:
    """None is lost where they go in several."""
    with transaction.atomic(), gathered():
        jobs = [_job() for _ in range(21)]
        for job in jobs:
            insert(job)
    assert Job.objects.filter(pk__in=[job.pk for job in jobs]).count() == 21


def test_whoever_asks_within_the_block_finds_them() -> None:
    """The ORM, a statement by hand and a savepoint see what was added before."""
    with transaction.atomic(), gathered():
        first, second, third = _job(), _job(), _job()
        insert(first)
        assert Job.objects.filter(pk=first.pk).exists()
        insert(second)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM jobs_job WHERE id = %s", [second.pk])
            assert cursor.fetchone() == (1,)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            insert(third)
            raise ZeroDivisionError
    assert set(Job.objects.values_list("pk", flat=True)) == {first.pk, second.pk}


def test_what_is_refused_fails_the_transaction() -> None:
    """No row of the block is kept, also none that had been written."""
    twice = _job()
    with pytest.raises(IntegrityError), transaction.atomic(), gathered():
        insert(_job())
        assert Job.objects.exists()
        insert(twice)
        insert(twice)
    assert not Job.objects.exists()


def test_an_error_leaves_nothing_behind_for_the_next_transaction() -> None:
    """What waited belongs to the transaction that was given up."""
    with pytest.raises(ZeroDivisionError), transaction.atomic(), gathered():
        insert(_job())
        raise ZeroDivisionError
    with transaction.atomic(), gathered():
        insert(_job())
    assert Job.objects.count() == 1


def test_the_last_rows_may_wait_for_the_commit() -> None:
    """They are there after it; whoever asks before finds them, and a transaction that is given up keeps none."""
    for _ in range(8):  # from some time on they go along with the COMMIT
        jobs = [_job() for _ in range(3)]
        with transaction.atomic():
            with gathered(until_commit=True):
                insert(jobs[0])
                insert(jobs[1])
            assert not connection.waiting_rows.is_empty
        assert connection.waiting_rows.is_empty
        assert connection.connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        assert Job.objects.filter(pk__in=[job.pk for job in jobs]).count() == 2
        with transaction.atomic():
            with gathered(until_commit=True):
                insert(jobs[2])
            assert Job.objects.filter(pk=jobs[2].pk).exists()
            transaction.set_rollback(True)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            with gathered(until_commit=True):
                insert(_job())
            raise ZeroDivisionError
        assert connection.waiting_rows.is_empty
    assert Job.objects.count() == 16


def test_what_is_refused_at_the_commit_keeps_nothing() -> None:
    """The error comes out of the transaction's block, and what was to follow the commit does not."""
    rung: list[int] = []
    for _ in range(8):
        twice = _job()
        with pytest.raises(IntegrityError), transaction.atomic():
            insert(_job())
            transaction.on_commit(lambda: rung.append(1))
            with gathered(until_commit=True):
                insert(twice)
                insert(twice)
        with transaction.atomic(), gathered(until_commit=True):
            insert(_job())
            insert(_job())
    assert Job.objects.count() == 16
    assert not rung


def test_there_is_no_gathering_without_a_transaction() -> None:
    """Nothing could be taken back."""
    with pytest.raises(RuntimeError, match="within a transaction"), gathered():
        pass


def test_registering_a_version_adds_its_rows_in_three_statements() -> None:
    """S0-27: the rows of a version, of its signature and of its scan, with the two rows of the ledger."""
    user = make_user("scientist")
    model = make_model(user, "delay")
    make_version(model, user)
    with CaptureQueriesContext(connection) as asked:
        version = make_version(model, user)
    inserts = [query["sql"] for query in asked if "INSERT INTO" in query["sql"]]
    # What comes behind them is the scan, which the sample waits for.
    assert [sql.count("INSERT INTO") for sql in inserts[:3]] == [3, 2, 3]
    of_version = '"registry_artifact"', '"registry_modelversion"', '"signing_versionsignature"', '"scanning_inspection"'
    assert [sum(table in sql for sql in inserts[:3]) for table in of_version] == [1, 1, 1, 1]
    assert not any(table in sql for table in of_version for sql in inserts[3:])
    assert version.signatures.count() == 1
