"""Who can take a month from the ledger: the application, through one function that looks all up, and nobody else."""

import datetime as dt

import psycopg
import pytest

from compliance.audit.partitions import TABLE

from .conftest import Connect

MONTH = f"{dt.datetime.now(dt.UTC):%Y-%m}"


def refusal(link: "psycopg.Connection[tuple[object, ...]]", statement: str) -> str:
    with pytest.raises(psycopg.Error) as found:
        link.execute(statement)
    return str(found.value.sqlstate)


def test_the_application_purges_only_what_the_function_lets_it(connect: Connect) -> None:
    """S4-59: not a month that is not there, and not one that no two people approved; it drops and deletes nothing."""
    link = connect("application")
    assert refusal(link, "SELECT audit_purge_month('1999-01', 365)") == "MO011"
    assert refusal(link, "SELECT audit_purge_month('x; DROP TABLE y', 365)") == "MO011"
    assert refusal(link, f"SELECT audit_purge_month('{MONTH}', 365)") in {"MO012", "MO013"}
    for statement in (
        f"DROP TABLE {TABLE}_{MONTH.replace('-', '_')}",
        f"ALTER TABLE {TABLE} DETACH PARTITION {TABLE}_{MONTH.replace('-', '_')}",
        f"DELETE FROM {TABLE}",
        "INSERT INTO audit_sealing_purgedmonth SELECT * FROM audit_sealing_purgedmonth",
    ):
        assert refusal(link, statement) == "42501", statement


def test_the_sealer_purges_nothing(connect: Connect) -> None:
    """S4-59: whoever signs the tree cannot take rows from below it."""
    link = connect("sealer")
    assert refusal(link, f"SELECT audit_purge_month('{MONTH}', 365)") == "42501"
    assert refusal(link, "DELETE FROM audit_sealing_purgedmonth") == "42501"
