"""Attempts are counted, slowed down, and forgotten."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts import throttle
from accounts.errors import SlowDown
from accounts.models import FailureCount
from tests.accounts.conftest import Clock

BUDGET = throttle.Budget("test", free=3, wait_s=100)


@pytest.mark.parametrize(("failures", "wait"), [(1, 0), (2, 0), (3, 100), (4, 200), (6, 800), (7, 900), (10**9, 900)])
def test_waits_double_up_to_a_quarter_of_an_hour(failures: int, wait: int) -> None:
    assert BUDGET.wait_after(failures) == wait


@pytest.mark.django_db
def test_a_success_or_an_hour_forgets_the_failures(clock: Clock) -> None:
    for _ in range(2):
        assert [throttle.take(BUDGET, "a") for _ in range(2)] == [1, 2]
        throttle.clear(BUDGET, "a")
    throttle.take(BUDGET, "a")
    clock.forward(minutes=61)
    assert throttle.take(BUDGET, "a") == 1
    clock.forward(minutes=61)
    assert throttle.prune() == 1
    assert FailureCount.objects.count() == 0


@pytest.mark.django_db
def test_values_and_budgets_count_apart_and_name_nobody() -> None:
    for _ in range(3):
        throttle.take(BUDGET, "scientist")
    with pytest.raises(SlowDown) as refusal:
        throttle.take(BUDGET, "scientist")
    assert 0 < refusal.value.retry_after_s <= 100
    assert throttle.take(BUDGET, "engineer") == 1
    assert throttle.take(throttle.CODE, "scientist") == 1
    assert "scientist" not in str(list(FailureCount.objects.values()))


@pytest.mark.django_db(transaction=True)
def test_attempts_at_once_share_one_budget() -> None:
    def attempt(_: int) -> bool:
        try:
            throttle.take(BUDGET, "a")
        except SlowDown:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(attempt, range(24))).count(True) == 3
