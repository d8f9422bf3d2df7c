"""Every route that the frame of the pages names exists, and files are addressed by their content."""

import re
from pathlib import Path

import pytest
from django.template import Context, Template
from django.test import Client
from django.urls import reverse

from modelops.lib import assets

ROOT = Path(__file__).resolve().parents[2]
FRAME = ["base.html", "base_plain.html", "patterns/account_menu.html", "admin/base.html"]
NAMED = sorted(
    {
        name
        for path in FRAME
        for name in re.findall(r"""\{% nav_(?:item|url) "([^"]+)\"""", (ROOT / "templates" / path).read_text())
    }
)


def test_the_frame_names_every_section() -> None:
    assert {"overview", "registry:model-list", "dataquality:run-list", "jobs:list", "admin:index"} <= set(NAMED)


@pytest.mark.parametrize("name", NAMED)
def test_every_route_of_the_frame_exists(name: str) -> None:
    assert reverse(name).startswith("/")


def test_a_file_is_addressed_by_its_content() -> None:
    address = assets.address("css/tokens.css")
    assert re.fullmatch(r"/static/css/tokens\.css\?v=[0-9a-f]{10}", address)
    assert address != assets.address("css/portal.css")
    assert assets.address("css/absent.css") == "/static/css/absent.css"
    assert "?v=" in Template('{% load portal %}{% icon "model" %}').render(Context())


@pytest.mark.django_db
def test_every_file_that_a_page_names_is_served(client: Client) -> None:
    page = client.get(reverse("accounts:sign-in")).content.decode()
    files = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', page))
    assert len(files) > 8
    for file in files:
        answer = client.get(file)
        assert answer.status_code == 200, file
        assert b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        answer.close()
