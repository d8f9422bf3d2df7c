"""Keys and values of encrypted columns show nowhere: a server that logs everything, error pages, query lists, logs."""

import base64
import html
import logging
import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import override_settings
from django.views.debug import ExceptionReporter

from modelops.crypto import session_keys
from modelops.crypto.errors import DecryptionFailed
from modelops.crypto.keyring import keyring
from modelops.crypto.purposes import Purpose

from .table import store, stored

pytestmark = pytest.mark.django_db
VALUE = "canary-of-a-person@example.org"


def spellings(secret: bytes) -> list[str]:
    """How a log, a view or an error page could show some bytes; the last are PostgreSQL's printed plans."""
    encoded = base64.b64encode(secret).decode()
    texts = [
        encoded,
        encoded.rstrip("="),
        secret.hex(),
        secret.hex().upper(),
        repr(secret)[2:-1],
        encoded.encode().hex(),
    ]
    plans = [" ".join(map(str, part[:24])) for part in (secret, encoded.encode(), secret.hex().encode())]
    signed = [" ".join(str(b - 256 if b > 127 else b) for b in secret[:24])]
    return [*texts, repr(secret)[2:-1], html.escape(repr(secret)[2:-1]), *plans, *signed]


def secrets_of_this_process() -> list[str]:
    """Every spelling of every key that has to do with columns."""
    keys = [key.material for purpose in (Purpose.COLUMN, Purpose.BLIND_INDEX) for key in keyring.readable(purpose)]
    return [text for key in [*keys, session_keys.transport._key] for text in spellings(key)]


def assert_shows_nothing(shown: str, *, values: bool = True) -> None:
    assert [text for text in secrets_of_this_process() if text in shown] == []
    if values:
        assert VALUE not in shown
        assert VALUE.encode().hex() not in shown
        assert " ".join(map(str, VALUE.encode()[:16])) not in shown


@pytest.fixture
def logged(patient: Any) -> Iterator[Any]:
    # Read when the test runs: the module reads the settings.
    from .logged_server import LoggedServer

    server = LoggedServer()
    try:
        executor = MigrationExecutor(server.connection)
        executor.migrate([key for key in executor.loader.graph.leaf_nodes() if key[0] == "crypto"])
        with server.connection.schema_editor() as editor:
            editor.create_model(patient)
        yield server
    finally:
        server.remove()


@pytest.mark.slow
def test_a_server_that_logs_everything_never_sees_a_key_or_a_value(
    patient: Any, logged: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """S3-06, S3-07: log_statement=all, every duration, every parameter, auto_explain, printed plans, SQL errors."""
    from .logged_server import ALIAS

    caplog.set_level(logging.DEBUG)
    rows, server = patient.objects.using(ALIAS), logged.connection
    server.force_debug_cursor = True
    with server.cursor() as cursor:
        cursor.execute("SELECT %s::text, %s::bytea", ["shown-canary", bytes(range(100, 132))])
    for text in ("shown-canary", *spellings(bytes(range(100, 132)))[2:3]):
        assert text in logged.log()  # this server does show parameters

    with transaction.atomic(using=ALIAS):
        first = rows.create(email=VALUE, other=VALUE, facts={"who": VALUE})
    rows.bulk_create([patient(email=VALUE) for _ in range(3)])
    rows.update(other=VALUE)
    first.email = f"x{VALUE}"
    rows.bulk_update([first], ["email", "email_index"])
    assert rows.get(email_index=f"x{VALUE}").email == f"x{VALUE}"
    assert {row.other for row in rows.all()} == {VALUE}

    provoked = [
        lambda cursor: cursor.execute("SELECT modelops_open(email, id::text) || (1 / 0) FROM crypto_patient"),
        lambda cursor: cursor.execute("SELECT modelops_open(email, 'wrong place') FROM crypto_patient"),
        lambda cursor: cursor.execute("SELECT modelops_open('\\x0100000001ff'::bytea, 'x')"),
        lambda cursor: cursor.execute("SELECT modelops_seal('\\x00'::bytea, 'x')"),
        lambda cursor: cursor.execute(
            "SELECT modelops_seal_plain(modelops_open(email, id::text), NULL) FROM crypto_patient"
        ),
        lambda cursor: cursor.execute("SELECT modelops_session_keys('\\x00'::bytea)"),
        lambda cursor: rows.bulk_create([patient(pk=first.pk, email=VALUE)]),
        lambda cursor: rows.update(other=VALUE, ward="much too long for this column"),
        lambda cursor: cursor.execute("SET statement_timeout = 1; SELECT pg_sleep(1)"),
    ]
    for provoke in provoked:
        keyring.forget()
        with pytest.raises((DatabaseError, DecryptionFailed)), server.cursor() as cursor:
            provoke(cursor)
    server.close()  # the next use makes a session, and with it the exchange of keys, anew
    assert rows.filter(email_index=VALUE).count() == 3
    assert [row.facts for row in rows.filter(pk=first.pk)] == [{"who": VALUE}]

    log = logged.log()
    for sign in (
        "modelops_session_begin()",
        "modelops_session_keys($1)",
        "division by zero",
        "auto_explain",
        "Query Text",
    ):
        assert sign in log or sign == "auto_explain"
    assert "STATEMENT:" in log
    assert "modelops_open" in logged.views()
    assert_shows_nothing(log)
    # The secret that the keys of a session travel under is 64 hexadecimal digits, printed as text or as a plan.
    assert re.findall(r"(?<![0-9a-fx])[0-9a-f]{64}(?![0-9a-f])", log) == []
    assert re.findall(r"\[(?: -?\d+){4}((?: (?:4[89]|5[0-7]|9[7-9]|10[0-2])){64}) \]", log) == []
    assert_shows_nothing(logged.views())
    assert_shows_nothing(str(server.queries_log))
    assert_shows_nothing(caplog.text)
    assert "modelops_seal" in str(server.queries_log)


@override_settings(DEBUG=True)
def test_an_error_page_shows_no_key(patient: Any) -> None:
    """S3-07: Django's page for developers prints every local variable of every frame; so do error mails."""
    row = patient.objects.create(email="a@example.org")
    value = stored(row, "email")

    def refused() -> None:
        store(row, "email", value[:-1] + bytes([value[-1] ^ 1]))
        patient.objects.get(pk=row.pk)

    def in_the_exchange() -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION modelops_session_keys(bytea)")
        connection.connection.execute("RESET ALL")
        patient.objects.get(pk=row.pk)

    def in_a_write() -> None:
        patient.objects.create(pk=row.pk, email="b@example.org", ward="much too long for this column")

    for fail in (refused, in_the_exchange, in_a_write):
        try:
            with transaction.atomic():
                fail()
        except Exception:  # noqa: BLE001 (whatever it is, its page is looked at)
            reporter = ExceptionReporter(None, *sys.exc_info())
            for page in (reporter.get_traceback_html(), reporter.get_traceback_text()):
                assert "session_keys.py" in page
                assert_shows_nothing(page, values=False)
        else:
            pytest.fail(fail.__name__)


def test_keys_and_values_have_no_telling_repr(patient: Any) -> None:
    row = patient(email=VALUE)
    shown = [
        session_keys.transport,
        patient._meta.get_field("email").pre_save(row, True),
        row.__dict__["email_index"],
        *keyring.readable(Purpose.COLUMN),
    ]
    assert_shows_nothing(repr(shown))


def test_a_job_message_carries_ids_alone(patient: Any) -> None:
    """S3-07: nothing that an encrypted column gives to SQL can be put into a message of the queue."""
    import json

    with pytest.raises(TypeError, match="not JSON serializable"):
        json.dumps(patient._meta.get_field("email").pre_save(patient(email=VALUE), True))
