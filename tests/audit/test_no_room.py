"""An act and its row are one: where the row cannot be written, nothing was done."""

from typing import Any

import pytest
from django.db import connection, transaction

from modelops.crypto.keyring import keyring
from tests.audit.coverage.performing import Act, _call, _client
from tests.audit.coverage.test_routes import AREAS
from tests.audit.coverage.world import World
from tests.audit.faults import no_room_in_the_ledger

pytestmark = pytest.mark.django_db
# Sessions are touched, attempts are counted, a code and a challenge work once, whatever becomes of the request.
BESIDE = {
    "accounts_session",
    "accounts_failurecount",
    "accounts_totpdevice",
    "accounts_recoverycode",
    "passkeys_passkey",
    "passkeys_spentchallenge",
    "rest_limitedrequests",
    "rest_storedanswer",
}
# What was found about a file or a place is kept when it is found, and a message is marked before it leaves.
FOUND = {
    "verify/": {"registry_artifactcopy"},
    "test/": {"locations_storagelocation", "monitoring_alertdelivery", "monitoring_deliveryattempt"},
}


def everything() -> dict[str, str]:
    """A digest of the rows of each table, in one query."""
    with connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)) - BESIDE)
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{table}', md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) FROM \"{table}\" t"
                for table in tables
            )
        )
        return dict(cursor.fetchall())


def tried(world: World, name: str, act: Act) -> list[str]:
    """Do it while the ledger takes no row, look at what is different, and take it back."""
    method, _, route = name.partition(" ")
    mark = transaction.savepoint()
    try:
        given = (act.before(world) if act.before else None) or {}
        client = _client(world, route, act, given)
        client.raise_request_exception = False
        address = world.address(route, **given) + act.query
        before = everything()
        with no_room_in_the_ledger():
            answer = _call(client, method, address, route, act, given)
            answer.getvalue()
        after = everything()
        found = {table for end, tables in FOUND.items() if route.endswith(end) for table in tables}
        changed = sorted(table for table in before if before[table] != after[table] and table not in found)
        return [f"{name} changed {', '.join(changed)} and answered {answer.status_code}"] if changed else []
    finally:
        transaction.savepoint_rollback(mark)
        keyring.forget()


@pytest.mark.parametrize("area", AREAS)
def test_nothing_is_changed_whose_row_cannot_be_written(area: str, settings: Any, http_receiver: Any) -> None:
    """S4-88: each change of each app, through the real client, against a ledger that takes no row."""
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = True
    acts = {name: act for name, act in AREAS[area].items() if not name.startswith("GET ")}
    world = World(http_receiver.url).build({act.by for act in acts.values()})
    faults = [fault for name, act in acts.items() for fault in tried(world, name, act)]
    assert not faults, "\n".join(faults)


def test_the_caller_is_told_that_nothing_was_stored(http_receiver: Any) -> None:
    """S4-88: a problem with a code, and the same request is carried out once there is room."""
    client = World(http_receiver.url).build({"scientist"}).api("scientist")
    client.raise_request_exception = False
    body = {"name": "arrival-delay-2", "task_type": "regression"}
    with no_room_in_the_ledger():
        refused = client.post("/api/v1/models/", body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (503, "database.unavailable")
    assert client.post("/api/v1/models/", body, content_type="application/json").status_code == 201
