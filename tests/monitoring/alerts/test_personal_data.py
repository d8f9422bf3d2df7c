"""What alerting tells a person about themselves, and what it forgets."""

import pytest

from accounts.actors import actor_of
from compliance.subjects.providers import Subject
from monitoring.alerts import services
from monitoring.alerts.personal_data import AlertWork
from tests.accounts.people import make_user
from tests.monitoring.alerts.factories import ACTOR, make_channel, open_alert

pytestmark = pytest.mark.django_db


def test_a_person_is_told_their_own_part_and_it_can_be_forgotten() -> None:
    mine, other = make_user("mine"), make_user("other")
    alert = services.acknowledge(open_alert(title="Drift"), actor=actor_of(mine))
    alert = services.resolve(alert, actor=actor_of(other))
    services.acknowledge(open_alert("k2"), actor=actor_of(other))
    channel = make_channel()
    channel.created_by = mine
    channel.save()
    subject = Subject(ref="mine", account_ids=frozenset({mine.pk}))
    provider = AlertWork()
    rows = list(provider.export(subject))
    assert [row.section for row in rows] == ["monitoring.alerts", "monitoring.channels"]
    assert rows[0].fields == {"title": "Drift", "acknowledged_at": alert.acknowledged_at, "resolved_at": None}
    assert provider.find(subject) == len(rows) == 2
    for row in rows:
        (section,) = [one for one in provider.sections if one.key == row.section]
        assert set(row.fields) == set(section.fields)
    assert provider.erase(subject, actor=ACTOR) == 2
    assert provider.erase(subject, actor=ACTOR) == 0
    assert list(provider.export(subject)) == []
    alert.refresh_from_db()
    assert (alert.acknowledged_by, alert.resolved_by) == (None, other)
