"""Many at once, and death in the middle: a promotion is carried out once or not at all."""

import os
import subprocess
import sys
import threading

import pytest
from django.conf import settings as portal
from django.db import connection

from accounts.actors import actor_of
from accounts.models import User
from compliance.audit.models import AuditEvent
from modelops.lib.errors import DomainError
from registry.aliases.models import AliasChange, AliasPeriod
from registry.models import ModelVersion
from registry.promotion import deciding
from registry.promotion.models import Promotion, PromotionApproval, State

from .promoting import approve, approver, ask

pytestmark = pytest.mark.django_db(transaction=True)
KILLS = int(os.environ.get("PORTAL_TEST_KILLS", "6"))
THREADS, EACH = 6, 5


def together(work: list[list[User]], act: object) -> list[str]:
    """Each thread does its acts, all at once; what came of them, as codes."""
    codes: list[str] = []
    ready = threading.Barrier(len(work))

    def run(people: list[User]) -> None:
        try:
            ready.wait(30)
            for user in people:
                try:
                    act(user)  # type: ignore[operator]
                    codes.append("done")
                except DomainError as error:
                    codes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(people,)) for people in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return codes


def executed_once(version: ModelVersion) -> None:
    """Every trace of the promotion is there exactly once."""
    assert Promotion.objects.get().state == State.EXECUTED
    assert AliasChange.objects.count() == AliasPeriod.objects.count() == 1
    assert PromotionApproval.objects.count() == 2
    for name in ("promotion.promotion.executed", "aliases.alias.moved"):
        assert AuditEvent.objects.filter(name=name).count() == 1


def test_thirty_approvals_at_once_execute_once(version: ModelVersion, engineer: User) -> None:
    """S2-40: two of them count, and the alias moves once."""
    promotion = ask(version, actor=actor_of(engineer))
    people = [approver(number) for number in range(1, THREADS * EACH + 1)]
    work = [people[start::THREADS] for start in range(THREADS)]
    codes = together(work, lambda user: deciding.approve(promotion, actor=actor_of(user)))
    assert sorted(codes) == ["done"] * 2 + ["promotion.decided"] * (THREADS * EACH - 2)
    executed_once(version)


def test_six_promotions_at_once_leave_one_waiting(version: ModelVersion, engineer: User) -> None:
    people = [approver(number, "ML engineer") for number in range(1, 7)]
    codes = together([[user] for user in people], lambda user: ask(version, actor=actor_of(user)))
    assert sorted(codes) == ["done"] + ["promotion.waiting_already"] * 5
    assert Promotion.objects.get().state == State.WAITING


# Starts Django once; then a process of its own for each moment: it dies before its n-th statement.
_APPROVING = """
import os, signal, sys
import django
django.setup()
from django.db import connection, transaction
from compliance.audit import Actor
from registry.promotion.deciding import approve
from registry.promotion.models import Promotion

key, ref, kills = sys.argv[1], sys.argv[2], int(sys.argv[3])

def attempt(last, undo=False):
    done = 0
    def look(execute, sql, params, many, context):
        nonlocal done
        done += 1
        if done == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)
    with transaction.atomic():
        with connection.execute_wrapper(look):
            approve(Promotion.objects.get(pk=key), actor=Actor("user", ref))
        transaction.set_rollback(undo)
    return done

def forked(last, undo=False):
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.write(writing, b"%d" % attempt(last, undo))
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    said = os.read(reading, 20)
    os.close(reading)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), int(said or 0)

status, count = forked(0, undo=True)
print(status, count > 20)
killed = [forked(1 + place * (count - 1) // max(kills - 1, 1))[0] for place in range(kills)]
print(set(killed))
print(forked(0)[0])
"""


@pytest.mark.timeout(300)
def test_killed_anywhere_it_is_decided_once(version: ModelVersion, engineer: User) -> None:
    """S2-15: kill -9 between any two statements of the last approval leaves it waiting; the next one completes it."""
    promotion = approve(ask(version, actor=actor_of(engineer)), approver(1))
    base, _, options = os.environ["DATABASE_URL"].partition("?")
    database = f"{base.rpartition('/')[0]}/{connection.settings_dict['NAME']}"
    env = {**os.environ, "DATABASE_URL": f"{database}?{options}" if options else database}
    told = subprocess.run(
        [sys.executable, "-c", _APPROVING, str(promotion.pk), str(approver(2).pk), str(KILLS)],
        env=env,
        cwd=portal.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.splitlines() == ["0 True", "{-9}", "0"], told.stderr[-2000:]
    executed_once(version)
