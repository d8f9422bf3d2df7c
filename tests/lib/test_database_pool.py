"""How connections to PostgreSQL come back."""

from django.conf import settings
from psycopg_pool.base import AttemptWithBackoff


def test_a_server_that_was_away_for_long_is_asked_again_within_seconds() -> None:
    """The pause of the pool doubles with each failure, but only as long as somebody waits for a connection."""
    pool = settings.DATABASES["default"]["OPTIONS"]["pool"]
    attempt, now, pauses = AttemptWithBackoff(timeout=pool["reconnect_timeout"]), 1000.0, [0.0]
    while not attempt.time_to_give_up(now):
        attempt.update_delay(now)
        pauses.append(attempt.delay)
        now += attempt.delay
    assert sum(pauses) <= pool["timeout"] + 0.1
