"""How many rows a search of the ledger finds is counted to a thousand, and told so."""

import pytest
from django.db import connection, transaction
from django.test import Client

from compliance.audit import Actor, define, record
from tests.accounts.people import make_user, sign_in

MANY = define("tests.search.many", "was there many times", category="data", ocsf="entity.other")
LIST = "/admin/audit/auditevent/"


@pytest.fixture
def officer(db: None, client: Client) -> Client:
    """The portal as the compliance officer has it."""
    return sign_in(client, make_user("officer", "Compliance officer"))


def once() -> None:
    with transaction.atomic():
        record(MANY, ("tests.here", "thousand"), actor=Actor.system("tests"))


def test_a_search_that_finds_many_rows_is_counted_to_a_thousand(officer: Client) -> None:
    """S3-23: the page tells "more than"; "Older rows" leads on."""
    once()
    copied = "recorded_at, name, category, outcome, actor_kind, actor_ref, target_type, target_id, details, request_id"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO audit_auditevent (id, source, {copied}) SELECT gen_random_uuid(), '', {copied}"
            " FROM audit_auditevent, generate_series(2, 1000) WHERE target_id = 'thousand'"
        )
    asked = {"target_type": "tests.here", "target_id": "thousand"}
    assert "more than" not in officer.get(LIST, asked).text
    once()
    page = officer.get(LIST, asked)
    assert "more than 1 000 audit events" in page.text.replace("\u202f", " ").replace("\u00a0", " ")
    assert page.context["cl"].paginator.num_pages == 20
    assert page.context["cl"].older
