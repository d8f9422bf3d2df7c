"""What retention removes from watched tables stands in the ledger, row by row, with what was in it."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.models import Invitation, User
from accounts.recovering.models import FactorReset
from accounts.services import invite
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from tests.accounts.people import make_user

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")


def settle() -> None:
    """What the database does when a transaction commits: look for changes that nothing accounts for."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_invitations_and_resets_go_with_a_row_each(rows: Callable[..., int]) -> None:
    """S3-72, S4-85: nothing vanishes that only the trigger of the database would tell of."""
    for name in ("first_one", "second_one"):
        invite(name, "Viewer", actor=ACTOR)
    long_ago = timezone.now() - dt.timedelta(days=40)
    Invitation.objects.update(expires_at=long_ago)
    lost = make_user("lost_one")
    FactorReset.objects.create(user=lost, requested_by_kind="system", due_at=long_ago, done_at=long_ago)
    FactorReset.objects.create(user=make_user("other_one"), requested_by_kind="system", due_at=timezone.now())
    settle()
    before = rows("watching.rows.changed")
    call_command("apply_retention", "--execute", verbosity=0)
    settle()
    assert rows("watching.rows.changed") == before
    assert not Invitation.objects.exists()
    assert FactorReset.objects.count() == 1
    told = AuditEvent.objects.filter(name="accounts.invitation.removed")
    invited = User.objects.filter(username__in=["first_one", "second_one"])
    assert {row.target_id for row in told} == {str(user.pk) for user in invited}
    for row in told:
        (diff,) = row.details["diff"]
        assert (diff["model"], diff["operation"]) == ("accounts.invitation", "delete")
    assert AuditEvent.objects.get(name="accounts.factor_reset.removed").target_id == str(lost.pk)
