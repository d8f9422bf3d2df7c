"""Lists call a job what people call it."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from modelops.jobs.handlers import find_handler, kinds, label_of
from modelops.jobs.models import Job
from tests.accounts.people import make_user, sign_in

pytestmark = pytest.mark.django_db


def test_every_kind_has_a_label_of_its_own() -> None:
    labels = {kind: find_handler(kind).label for kind in kinds() if not kind.startswith("tests.")}
    assert len(labels) > 10
    assert all(labels.values())
    assert len(set(labels.values())) == len(labels)
    assert label_of("gone.long_ago") == "Gone long ago"


def test_the_portal_and_the_admin_say_it(client: Client) -> None:
    user = make_user("officer", "Compliance officer")
    User.objects.filter(pk=user.pk).update(is_staff=True)
    officer = sign_in(client, user)
    job = Job.objects.create(kind="ledger_desk.verify", actor_kind="user", actor_ref=str(user.pk))
    other = Job.objects.create(kind="keys.rotate", actor_kind="user", actor_ref=str(user.pk))
    changelist = reverse("admin:jobs_job_changelist")
    for path in (reverse("jobs:list"), reverse("jobs:detail", args=[job.pk]), changelist):
        text = officer.get(path).content.decode()
        assert "Verification of the ledger" in text, path
        assert "Ledger desk verify" not in text, path
    narrowed = officer.get(changelist, {"kind": "ledger_desk.verify"}).content.decode()
    assert str(job.pk) in narrowed
    assert str(other.pk) not in narrowed
