"""Pages on which a dataset gets a version, in a real browser: a folder of parts, and an object of a data source."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.portal.browser import browser
from tests.registry.samples import make_dataset

pytestmark = [pytest.mark.live, pytest.mark.browser]
PARTS = {"part-2.csv": b"a,b\n3,4\n", "part-1.csv": b"a,b\n1,2\n", "part-3.csv": b"a,b\n5,6\n"}


@pytest.fixture
def cookie(live_portal: Any) -> dict[str, str]:
    """The session of a data scientist who has a dataset."""
    from tests.accounts.people import make_user, sign_in

    user = make_user("scientist", "Data scientist")
    make_dataset(user, name="flights")
    morsel = sign_in(Client(), user).cookies[settings.SESSION_COOKIE_NAME]
    return {"name": morsel.key, "value": morsel.value, "url": live_portal.url}


def first_column() -> list[int]:
    """Of the one version, in the order of its rows."""
    from dataquality.reading import SealedTable
    from registry.models import DatasetVersion

    batches = SealedTable(DatasetVersion.objects.get()).batches(["a"])
    return [value for batch in batches for value in batch.column(0).to_pylist()]


def test_a_folder_of_parts_becomes_one_version(
    live_portal: Any, chromium: str, pictures: Path, tmp_path: Path, cookie: Any
) -> None:
    """S3-34: the parts follow each other in the order of their names, whatever the order of their arrival."""
    folder = tmp_path / "january"
    folder.mkdir()
    for name, data in PARTS.items():
        (folder / name).write_bytes(data)
    with browser(chromium, live_portal.url, pictures) as person:
        person.page.context.add_cookies([cookie])  # type: ignore[list-item]
        person.go("/datasets/flights/versions/new/")
        person.page.set_input_files("[data-upload-folder]", str(folder))
        person.page.get_by_text("3 files of a folder").wait_for()
        person.picture("dataset-folder", whole=True)
        person.page.get_by_role("button", name="Upload version").click()
        person.page.get_by_text("is stored, encrypted: 3 rows").wait_for(timeout=30_000)
        person.picture("dataset-version", whole=True)
        assert person.complaints == []
    assert first_column() == [1, 3, 5]


@pytest.mark.parametrize(("dark", "width"), [(False, 1280), (True, 420)], ids=["light", "dark and narrow"])
def test_an_object_of_a_data_source(
    live_portal: Any, chromium: str, pictures: Path, tmp_path: Path, cookie: Any, dark: bool, width: int
) -> None:
    """S3-34: looked into, chosen, read by the worker behind the portal, and told on the page of the version."""
    from django.contrib.auth.models import Group

    from compliance.audit import Actor
    from registry.sources.services import add_source

    place = Path(live_portal.env["MODELOPS_HOME"]) / "locations" / f"lake-{tmp_path.name}"
    (place / "2013").mkdir(parents=True)
    (place / "2013" / "flights.csv").write_bytes(b"a,b\n1,2\n3,4\n5,6\n")
    roles: Any = Group.objects.filter(name="Data scientist")
    add_source("lake", "filesystem", {"folder": str(place)}, roles=roles, actor=Actor.system("test"))
    live_portal.start("worker")
    with browser(chromium, live_portal.url, pictures, dark=dark, width=width) as person:
        person.page.context.add_cookies([cookie])  # type: ignore[list-item]
        person.go("/datasets/flights/imports/new/")
        person.page.get_by_role("link", name="lake").click()
        person.page.get_by_role("link", name="Choose").click()
        assert person.page.locator("[name=key]").input_value() == "2013/flights.csv"
        person.picture("dataset-import", whole=True)
        person.page.get_by_role("button", name="Import version").click()
        person.page.get_by_text("flights v1 is stored, encrypted.").wait_for(timeout=60_000)
        person.picture("dataset-import-job", whole=True)
        person.go("/datasets/flights/versions/1/")
        person.page.get_by_text("lake: 2013/flights.csv").wait_for()
        assert person.complaints == []
    assert first_column() == [1, 3, 5]
