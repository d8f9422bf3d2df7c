"""The script in Valkey: pace, minute, and what is left, by the server's clock."""

import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from modelops.throttling.limits import Limit, parse
from modelops.throttling.store import Standing, key_of, take

from .conftest import valkey

SLOW = Limit(10, 3)  # one in six seconds: no machine is slow enough to earn one meanwhile


def ask(limit: Limit = SLOW, caller: str = "somebody") -> Standing:
    return take("tests", caller, limit)


def moved_back(seconds: float, caller: str = "somebody") -> None:
    """As if so many seconds had passed on the server's clock since the last request."""
    with valkey() as client:
        times = client.get(key_of("tests", caller)).decode().split(":")
        shifted = [str(int(times[0]) - round(seconds * 1e6)), str(int(times[1]) - round(seconds * 1e6)), times[2]]
        client.set(key_of("tests", caller), ":".join(shifted), keepttl=True)


def test_a_burst_passes_and_then_the_pace_counts() -> None:
    """S2-37: what is left is told with each."""
    seen = [ask() for _ in range(4)]
    assert [one.allowed for one in seen] == [True, True, True, False]
    assert [one.left_at_once for one in seen[:3]] == [2, 1, 0]
    assert [one.left for one in seen[:3]] == [9, 8, 7]
    assert 0 < seen[3].wait_s <= 6


def test_after_the_stated_wait_the_next_passes_and_not_before() -> None:
    """S4-46: by the server's clock, and refusals in between prolong nothing."""
    for _ in range(3):
        ask()
    wait = ask().wait_s
    for _ in range(20):
        ask()
    moved_back(wait - 1)
    early = ask()
    assert not early.allowed
    assert early.wait_s <= 1
    moved_back(early.wait_s)
    assert ask().allowed
    assert not ask().allowed


def test_a_real_second_is_a_second() -> None:
    """S4-46, without touching the clock."""
    limit = Limit(600, 1)
    assert ask(limit).allowed
    refused = ask(limit)
    while refused.allowed:  # a machine that stood still for a tenth of a second
        refused = ask(limit)
    time.sleep(refused.wait_s)
    assert ask(limit).allowed


def test_no_more_than_the_quota_in_a_minute_however_evenly() -> None:
    """S2-36: number 1001 of a minute is refused until the minute is over."""
    limit = Limit(1000, 1000)
    answers = [ask(limit).allowed for _ in range(1000)]
    assert all(answers)
    refused = ask(limit)
    assert not refused.allowed
    assert refused.left == 0
    assert 0 < refused.wait_s <= 60
    moved_back(refused.wait_s - 1)
    assert not ask(limit).allowed
    moved_back(1)
    assert ask(limit).allowed


def test_callers_and_classes_are_counted_apart() -> None:
    for _ in range(4):
        ask()
    assert ask(caller="another").allowed
    assert take("another class", "somebody", SLOW).allowed


def test_many_at_once_share_one_count() -> None:
    limit = Limit(10, 5)
    with ThreadPoolExecutor(8) as pool:
        allowed = [one.allowed for one in pool.map(lambda _: ask(limit), range(40))]
    assert allowed.count(True) == 5


@pytest.mark.parametrize("nonsense", ["9999999999999999:1:1", "1:9999999999999999:999999", "pickle", "::", ""])
def test_what_somebody_writes_there_locks_nobody_out(nonsense: str) -> None:
    """Also what stands there after the server's clock was set back by years."""
    with valkey() as client:
        client.set(key_of("tests", "somebody"), nonsense)
    answer = ask()
    assert answer.allowed or answer.wait_s <= 60


def test_a_key_tells_nothing_and_vanishes() -> None:
    ask(caller="net:203.0.113.7")
    with valkey() as client:
        keys = [key.decode() for key in client.scan_iter("modelops:throttle:*")]
        assert keys == [key_of("tests", "net:203.0.113.7")]
        assert "203.0.113.7" not in keys[0]
        assert 0 < client.pttl(keys[0]) <= 61_000
        assert client.memory_usage(keys[0]) < 300


def test_ten_thousand_addresses_cost_the_process_nothing() -> None:
    """S4-47: no caller is remembered in the process."""
    ask()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for number in range(10_000):
        take("tests", f"net:10.{number >> 8}.{number & 255}.1", SLOW)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 5 * 2**20


@pytest.mark.parametrize("text", ["", "100", "100/", "/5", "9/1", "1000001/1", "10/11", "10/0", "a/b", "٣٠/5", "-1/1"])
def test_a_limit_that_cannot_be_is_refused_by_name(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="MODELOPS_THROTTLE_EXPORT"):
        parse("MODELOPS_THROTTLE_EXPORT", text)


def test_the_delivered_limits() -> None:
    """S2-36, S2-37, S4-45."""
    assert settings.MODELOPS_THROTTLE["MODELOPS_THROTTLE_API_READ"] == (1000, 100)
    assert settings.MODELOPS_THROTTLE["MODELOPS_THROTTLE_API_WRITE"] == (1000, 100)
    assert settings.MODELOPS_THROTTLE["MODELOPS_THROTTLE_NETWORK"] == (100, 100)
