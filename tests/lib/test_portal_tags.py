"""The tags of the patterns: what they show, and that they escape what people wrote."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone

from modelops.lib.templatetags.portal import in_words

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOSTILE = '"><script>x</script>'


def render(source: str, **context: object) -> str:
    return Template("{% load portal figures charts %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=3), "just now"), (timedelta(seconds=59), "59 s ago"), (timedelta(minutes=42), "42 min ago"),
        (timedelta(hours=23), "23 h ago"), (timedelta(days=1), "1 day ago"), (timedelta(days=6), "6 days ago"),
        (timedelta(days=90), "24 Aug 2026"), (-timedelta(hours=2), "in 2 h"),
        (-timedelta(days=7) + timedelta(minutes=1), "in 7 days"), (-timedelta(days=29), "in 29 days"),
    ],
)  # fmt: skip
def test_a_moment_is_said_in_words(ago: timedelta, words: str) -> None:
    assert in_words(NOW - ago, NOW) == words


def test_a_moment_keeps_its_exact_time_in_utc() -> None:
    drawn = render("{% when moment %}", moment=datetime(2026, 8, 1, 14, 30, tzinfo=UTC))
    assert 'title="2026-08-01 14:30:00 UTC"' in drawn
    assert "never used" in render('{% when moment absent="never used" %}', moment=None)


@pytest.mark.parametrize(
    ("span", "text"),
    [(0.0421, "42 ms"), (4.21, "4.2 s"), (75, "1 min 15 s"), (3 * 3600 + 61, "3 h 1 min"), (3 * 86400, "3 days 0 h")],
)
def test_a_duration_has_at_most_two_units(span: float, text: str) -> None:
    assert render("{% duration a b %}", a=NOW, b=NOW + timedelta(seconds=span)) == text


def test_a_state_is_told_by_icon_and_words_not_by_colour_alone() -> None:
    """S1-25: icon plus text."""
    drawn = render('{% state "failed" %}')
    assert "#failed" in drawn
    assert "Failed" in drawn
    assert "tone-bad" in drawn
    assert "tone-quiet" in render('{% state "something_new" %}')
    assert "Something new" in render('{% state "something_new" %}')


@pytest.mark.parametrize(
    "source",
    [
        "{% state value %}",
        "{% pill value %}",
        "{% copyable value %}",
        "{% digest value %}",
        "{% crumb value value %}",
        "{% tab value value count=value %}",
        "{% icon value value %}",
        '{% include "patterns/empty.html" with title=value text=value %}',
        '{% include "patterns/callout.html" with title=value text=value %}',
        '{% include "patterns/tile.html" with label=value value=value %}',
    ],
)  # fmt: skip
def test_what_people_wrote_is_escaped(source: str) -> None:
    """S2-47: a name with markup is shown as text."""
    assert "<script>" not in render(source, value=HOSTILE)


def test_a_digest_is_shortened_but_copied_whole() -> None:
    drawn = render("{% digest value %}", value="a" * 64)
    assert f'data-copy="{"a" * 64}"' in drawn
    assert ">aaaaaaaaaaaa…<" in drawn


def test_a_route_that_is_missing_gives_no_link() -> None:
    assert render('{% nav_url "nowhere:at-all" %}') == ""
    assert render('{% nav_url "health-live" %}') == "/health/live"


class UploadForm(forms.Form):
    """One field of each kind that the pattern treats differently."""

    name = forms.CharField(help_text="Letters and digits.")
    note = forms.CharField(required=False)
    file = forms.FileField()
    kinds = forms.MultipleChoiceField(choices=[("a", "A")], widget=forms.CheckboxSelectMultiple)
    agree = forms.BooleanField()


def test_a_form_links_labels_help_and_errors_to_their_fields() -> None:
    form = UploadForm({"name": ""}, {})
    drawn = render('{% include "patterns/form.html" %}', form=form)
    assert 'enctype="multipart/form-data"' in drawn
    assert '<label class="label" for="id_name">' in drawn
    assert 'id="id_name_helptext"' in drawn
    assert 'id="id_name_error"' in drawn
    assert 'aria-describedby="id_name_helptext id_name_error"' in drawn
    assert 'aria-invalid="true"' in drawn
    assert "4 fields need a correction" in drawn
    assert '<a href="#id_name">' in drawn
    assert drawn.count(">optional<") == 1
    assert "data-drop" in drawn
    assert "<fieldset" in drawn


def test_a_form_without_errors_has_no_summary() -> None:
    drawn = render('{% include "patterns/form.html" %}', form=UploadForm())
    assert "callout" not in drawn
    assert "aria-invalid" not in drawn


def job(state: str, done: int = 0, total: int = 0) -> SimpleNamespace:
    return SimpleNamespace(
        id="1", kind="quality.run", state=state, done=done, total=total, message="column a", started_at=timezone.now(),
        finished_at=None,
    )  # fmt: skip


def test_a_running_job_fetches_its_page_anew_and_an_ended_one_stops() -> None:
    request = RequestFactory().get("/quality/1/?tab=a")
    running = render("{% job_card job %}", job=job("running", 3, 10), request=request)
    assert 'hx-get="/quality/1/?tab=a"' in running
    assert 'hx-trigger="every 1s"' in running
    assert 'max="10" value="3"' in running
    assert "3 of 10" in running
    assert 'hx-get="/part/"' in render('{% job_card job "/part/" %}', job=job("queued"), request=request)
    for state in ("succeeded", "failed", "cancelled"):
        ended = render("{% job_card job %}", job=job(state, 10, 10), request=request)
        assert "hx-" not in ended
        assert "<progress" not in ended
