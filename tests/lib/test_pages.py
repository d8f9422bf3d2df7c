"""Keyset pages show every row once, in order, in both directions, also while rows are added."""

from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.test import RequestFactory

from modelops.lib.pages import Page, choice_filter, keyset_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def names() -> list[str]:
    """Twelve groups of our own, which sort before those that migrations make."""
    made = [f"!{number:02}" for number in range(12)]
    Group.objects.bulk_create(Group(name=name) for name in made)
    return made


def page(query: str = "", *, order_by: str = "name", size: int = 5) -> Page:
    return keyset_page(request(query), Group.objects.filter(name__startswith="!"), order_by=order_by, size=size)


def request(query: str) -> HttpRequest:
    return RequestFactory().get(f"/groups/{query}")


def walk(first: Page, direction: str, **options: object) -> Iterator[list[str]]:
    current = first
    while True:
        yield [row.name for row in current.rows]
        url = current.next_url if direction == "next" else current.previous_url
        if not url:
            return
        current = page(url, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("order_by", ["name", "-name"])
def test_walking_forward_shows_every_row_once(names: list[str], order_by: str) -> None:
    shown = [name for rows in walk(page(order_by=order_by), "next", order_by=order_by) for name in rows]
    assert shown == sorted(names, reverse=order_by.startswith("-"))


def test_walking_back_returns_to_the_same_pages(names: list[str]) -> None:
    forward = list(walk(page(), "next"))
    last = page(page(page().next_url).next_url)
    assert list(walk(last, "previous")) == forward[::-1]


def test_the_first_page_has_no_previous_and_the_last_no_next(names: list[str]) -> None:
    first = page()
    assert first.previous_url == ""
    last = page(page(first.next_url).next_url)
    assert last.next_url == ""
    assert page(page(first.next_url).previous_url).previous_url == ""


def test_rows_that_fit_one_page_have_no_neighbours(names: list[str]) -> None:
    only = page(size=12)
    assert (only.previous_url, only.next_url, len(only.rows)) == ("", "", 12)
    assert page(size=11).next_url


def test_a_row_added_before_the_place_shifts_nothing(names: list[str]) -> None:
    first = page()
    Group.objects.create(name="!00a")
    assert [row.name for row in page(first.next_url).rows] == names[5:10]


@pytest.mark.parametrize("place", ["x", "%00", "bnVsbA", "W10", "WyJhIiwiYiJd", "WyIhMDQiLCJ4eCJd", "AAAA", "=", "é"])
def test_a_place_that_cannot_be_read_gives_the_first_page(names: list[str], place: str) -> None:
    assert [row.name for row in page(f"?after={place}").rows] == names[:5]


def test_other_parameters_stay_and_old_places_go(names: list[str]) -> None:
    second = page(page("?q=a%26b&state=open").next_url)
    assert parse_qs(second.next_url.lstrip("?")).keys() == {"q", "state", "after"}
    assert parse_qs(second.previous_url.lstrip("?")).keys() == {"q", "state", "before"}
    assert parse_qs(second.next_url.lstrip("?"))["q"] == ["a&b"]


def test_a_page_takes_one_query(names: list[str], django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        page()


def test_a_filter_knows_its_value_and_the_address_of_each_choice() -> None:
    chips = choice_filter(request("?state=open&q=x&after=abc"), "state", "State", [("open", "Open"), ("done", "Done")])
    assert chips["value"] == "open"
    assert chips["all_url"] == "?q=x"
    assert [option["url"] for option in chips["options"]] == ["?state=open&q=x", "?state=done&q=x"]


def test_a_value_that_is_no_choice_counts_as_the_default() -> None:
    choices = [("open", "Open"), ("done", "Done")]
    assert choice_filter(request("?state=<x>"), "state", "State", choices)["value"] == ""
    assert choice_filter(request(""), "state", "State", choices, default="open")["value"] == "open"
    assert choice_filter(request("?state="), "state", "State", choices, default="open")["value"] == ""
