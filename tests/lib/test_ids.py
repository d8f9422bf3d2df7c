"""Ids of version 7 sort by the moment they were made."""

import os
import threading
import time
import uuid
from datetime import UTC, datetime, timedelta

from modelops.lib.ids import first_id_at, uuid7


def test_ids_of_one_process_sort_in_the_order_they_were_made() -> None:
    ids = [uuid7() for _ in range(20_000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)


def test_threads_share_the_order_and_never_an_id() -> None:
    made: list[uuid.UUID] = []
    threads = [threading.Thread(target=lambda: made.extend(uuid7() for _ in range(2_000))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({value >> 64 for value in (one.int for one in made)}) == 16_000


def test_an_id_is_of_version_7_and_tells_its_moment() -> None:
    made = uuid7()
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert abs((made.int >> 80) / 1000 - time.time()) < 5


def test_the_first_id_of_a_moment_grows_with_it_and_has_bounds() -> None:
    """Years before 1970 have no ids; a shift may lead out of the calendar."""
    moments = [
        datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC),
        datetime(2026, 3, 1, tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
    ]
    ids = [first_id_at(moment) for moment in moments]
    assert ids == sorted(ids)
    assert len(set(ids)) == 3
    assert first_id_at(datetime.min.replace(tzinfo=UTC), -timedelta(days=1)) == uuid.UUID(int=0)
    assert first_id_at(moments[-1], timedelta(days=1)) > ids[-1]
    assert first_id_at(moments[1], timedelta(days=1)) == first_id_at(moments[1] + timedelta(days=1))


def test_a_process_that_is_forked_off_draws_anew() -> None:
    """What the parent has drawn already would be drawn by both."""
    uuid7()
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        os.write(writer, uuid7().bytes)
        os._exit(0)
    os.waitpid(child, 0)
    theirs, ours = uuid.UUID(bytes=os.read(reader, 16)), uuid7()
    os.close(reader)
    os.close(writer)
    assert theirs.int & (2**62 - 1) != ours.int & (2**62 - 1)


def test_random_bits_are_never_given_twice() -> None:
    drawn = [uuid7().int & (2**62 - 1) for _ in range(5_000)]
    assert len(set(drawn)) == len(drawn)
    assert {value >> 60 & 3 for value in drawn} == {0, 1, 2, 3}
