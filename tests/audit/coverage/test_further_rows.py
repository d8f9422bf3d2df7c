"""Calls that leave one row more when there is more to tell: a sign-in that ends an older session."""

from typing import Any

import pytest
from django.test import Client

from compliance.audit.coverage.mapping import coverage_map
from tests.accounts.people import sign_in

from .acts_people import ACTS, _half_in
from .performing import Act, faults_of, perform
from .proof import models_told
from .world import World

pytestmark = pytest.mark.django_db
SIGN_IN = "POST sign-in/code/"


def test_a_sign_in_too_many_tells_that_it_ended_the_oldest(settings: Any) -> None:
    """S3-18, S4-125: exactly the rows of a sign-in, and one for the session that had to go."""
    settings.MODELOPS_SESSIONS_AT_ONCE = 1
    world = World().build({"colleague"})

    def beside_another(world: World) -> dict[str, Any]:
        sign_in(Client(), world.user("colleague"))
        return _half_in(world)

    usual = [event.name for one in coverage_map().routes if one.name == SIGN_IN for event in one.events]
    act = Act(ACTS[SIGN_IN].by, ACTS[SIGN_IN].about, before=beside_another)
    left = perform(world, SIGN_IN, act)
    assert faults_of(world, SIGN_IN, act, left, [*usual, "accounts.session.displaced"]) == []
    assert "accounts.Session" in models_told(left)
