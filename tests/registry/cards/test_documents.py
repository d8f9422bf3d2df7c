"""Cards and the skeleton of Annex IV as documents."""

import json

import pytest
from django.test import Client

from accounts.models import User
from registry.cards.documents import HEADINGS
from registry.cards.markdown import render
from registry.cards.services import save_card
from registry.models import ModelVersion
from tests.registry.samples import make_dataset, make_dataset_version, make_model, make_version

from .filled import ACTOR, fill_card, full_content

ANNEX = "/api/v1/models/arrival-delay/versions/1/annex-iv/"


@pytest.fixture
def version(scientist: User) -> ModelVersion:
    """A version with data, metrics and a source commit."""
    data = make_dataset_version(make_dataset(scientist), scientist)
    said = {"metrics": {"auc": 0.7}, "source_commit": "762c550", "run_reference": "run-7", "datasets": [data]}
    return make_version(make_model(scientist), scientist, **said)


def test_the_skeleton_has_all_nine_headings_with_marks(api: Client, version: ModelVersion) -> None:
    """S2-76: export renders all 9 Annex IV headings with filled or missing marks."""
    found = api.get(f"{ANNEX}?as=json")
    assert found["Content-Disposition"] == 'attachment; filename="arrival-delay-v1-annex-iv.json"'
    parts = json.loads(found.content)["parts"]
    assert [part["number"] for part in parts] == list(range(1, 10))
    assert not any(part["filled"] for part in parts)
    fill_card(version.model, "high")
    parts = json.loads(api.get(f"{ANNEX}?as=json").content)["parts"]
    assert all(part["filled"] for part in parts)
    save_card(version.model, full_content(standards=""), actor=ACTOR)
    parts = json.loads(api.get(f"{ANNEX}?as=json").content)["parts"]
    assert [part["number"] for part in parts if not part["filled"]] == [7]
    for form in ("markdown", "html"):
        text = api.get(f"{ANNEX}?as={form}").content.decode()
        assert all(heading in text for heading in HEADINGS)
        assert text.count("[filled]" if form == "html" else "\\[filled\\]") == 8
        assert "missing: Standards" in text


def test_what_the_portal_knows_is_filled_in_by_itself(api: Client, version: ModelVersion) -> None:
    """S2-76: data lineage, metrics, changes, signature and digests."""
    parts = {part["number"]: part for part in json.loads(api.get(f"{ANNEX}?as=json").content)["parts"]}
    known = {
        number: {entry["label"]: entry["text"] for entry in part["entries"] if entry["state"] == "known"}
        for number, part in parts.items()
    }
    assert known[1]["SHA-256"] == version.artifact.sha256
    assert known[2]["Source commit"] == "762c550"
    assert known[2]["Run"] == "run-7"
    assert known[2]["Data: flights v1"].startswith("3 rows, 3 columns, SHA-256 ")
    assert known[2]["Signature"].startswith("valid")
    assert known[3]["Metric auc"] == "0.7"
    assert known[4]["Primary metric"].startswith("auc: more is better")
    assert known[6]["Version 1"].startswith("registered ")
    assert known[9]["Open alerts"] == "0"


def test_restricted_data_is_counted_and_not_named(api: Client, version: ModelVersion) -> None:
    """S2-76: the document goes to others."""
    dataset = version.datasets.get().dataset
    dataset.is_restricted = True
    dataset.save(update_fields=["is_restricted"])
    text = api.get(f"{ANNEX}?as=markdown").content.decode()
    assert "flights" not in text
    assert "1 restricted dataset version" in text


def test_the_card_is_had_in_three_forms(api: Client, portal: Client, version: ModelVersion) -> None:
    """S2-76, S4-33: what people wrote stays text in every form."""
    save_card(version.model, {"intended_use": "<script>x</script> **not** [so](javascript:x)"}, actor=ACTOR)
    base = "/api/v1/models/arrival-delay/card/document/"
    html = api.get(f"{base}?as=html")
    assert html["Content-Disposition"].startswith("attachment")
    assert "<script>" not in html.content.decode()
    assert "&lt;script&gt;x&lt;/script&gt; <strong>not</strong> [so](javascript:x)" in html.content.decode()
    markdown = api.get(f"{base}?as=markdown").content.decode()
    assert "&lt;script>x&lt;/script> **not**" in markdown
    data = json.loads(api.get(f"{base}?as=json").content)
    assert data["parts"][0]["entries"][0]["text"].startswith("<script>")
    assert api.get(f"{base}?as=pdf").json()["code"] == "document.unknown_form"
    assert portal.get("/models/arrival-delay/card/document/?as=html").content == html.content
    page = portal.get("/models/arrival-delay/versions/1/annex-iv/").content.decode()
    assert all(heading in page for heading in HEADINGS)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("one\ntwo", "<p>one<br>two</p>"),
        ("- a\n- *b*\n\n1. c", "<ul><li>a</li><li><em>b</em></li></ul>\n<ol><li>c</li></ol>"),
        ("# Title\ntext", "<p><strong>Title</strong></p>\n<p>text</p>"),
        ("```\n<b>\n```", "<pre><code>&lt;b&gt;</code></pre>"),
        ("`<i>`", "<p><code>&lt;i&gt;</code></p>"),
        (
            "[a](https://example.org/?q=1&r=2)",
            '<p><a href="https://example.org/?q=1&amp;r=2" rel="noopener noreferrer nofollow">a</a></p>',
        ),
        ('[a](https://x/" onmouseover="y)', "<p>[a](https://x/&quot; onmouseover=&quot;y)</p>"),
        ("![x](https://example.org/a.png)", None),
        ('<img src=x onerror="a">', "<p>&lt;img src=x onerror=&quot;a&quot;&gt;</p>"),
        ("**" * 3000, None),
        ("[" * 3000, None),
    ],
)
def test_markdown_makes_listed_elements_only(text: str, html: str | None) -> None:
    """S4-33: an allow-list; everything else is shown as text."""
    made = render(text)
    assert html is None or made == html
    assert "<img" not in made
    assert "javascript" not in made
