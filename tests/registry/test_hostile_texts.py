"""Formula and script in every text field: pages show them as text, and files for spreadsheets have no formula."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.test import Client
from django.urls import reverse

from accounts.models import User
from compliance.audit import Actor
from registry.cards.fields import FIELDS
from registry.models import RegisteredModel
from registry.promotion import policies
from tests.accounts.people import make_user, sign_in
from tests.registry.answers import problem_of
from tests.registry.promotion.promoting import approve, approver, ask
from tests.registry.samples import safetensors

pytestmark = pytest.mark.django_db
HOSTILE = "=1+1\"' onfocus=alert(3)><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}"
MARKDOWN = f"{HOSTILE}\n\n[x](javascript:alert(4)) <svg onload=alert(5)>"
# What a browser would act upon, were it not written as text.
LIVE = re.compile(r"""<script>alert|<img src=x|<svg onload|["']\s*onfocus=|(?:href|src)=["']?\s*javascript:""", re.I)
LINK = re.compile(r'href="(/(?:models|datasets|promotions)/[^"#]*)"')
APPS = {
    "registry", "aliases", "bundles", "cards", "endpoints", "external", "grants", "promotion", "provenance", "scanning",
    "schemas", "signing", "locations", "variants",
}  # fmt: skip
ACTOR = Actor.system("tests")


def _json(answer: Any, *expected: int) -> Any:
    assert answer.status_code in (expected or (200, 201)), (answer.request["PATH_INFO"], answer.content[:500])
    return answer.json()


def _fill(api: Client) -> None:
    """One of everything, by the interface where it takes texts."""
    base = "/api/v1/models/arrival-delay/"
    said = {"name": "arrival-delay", "task_type": "regression", "description": HOSTILE, "purpose": HOSTILE}
    _json(api.post("/api/v1/models/", {**said, "risk_class": "high"}, "application/json"))
    data = io.BytesIO(f'"{HOSTILE.replace(chr(34), "")}",b\n1,2\n{HOSTILE.split(">")[0]},4\n'.encode())
    data.name = f"{HOSTILE.replace('/', '')}.csv"
    _json(api.post("/api/v1/datasets/", {"name": "flights", "description": HOSTILE}, "application/json"))
    _json(api.post("/api/v1/datasets/flights/versions/", {"file": data}))
    for number in (1, 2):
        file = io.BytesIO(safetensors())
        file.name = f"{HOSTILE.replace('/', '')}.safetensors"
        pairs = json.dumps({HOSTILE: HOSTILE})
        form = {
            "file": file, "metrics": json.dumps({HOSTILE: number}), "parameters": pairs, "tags": pairs,
            "run_reference": HOSTILE, "datasets": "flights:1",
        }  # fmt: skip
        _json(api.post(f"{base}versions/", form))
    card: dict[str, Any] = {field.key: MARKDOWN if field.kind == "text" else HOSTILE for field in FIELDS}
    card["metrics_by_group"] = [{"group": HOSTILE, "metric": HOSTILE, "value": 0.5}]
    _json(api.put(f"{base}card/", {"fields": card}, "application/json"))
    card["limitations"] = f"{MARKDOWN} and more"
    _json(api.put(f"{base}card/", {"fields": card}, "application/json"))
    query = {"target": "models", "name": "=1+1<script>alert(1)</script>", "query": {"q": HOSTILE}}
    _json(api.post("/api/v1/saved-filters/", query, "application/json"))
    explained = {"method": HOSTILE[:60], "features": [{"name": HOSTILE, "value": 0.5}]}
    _json(api.post(f"{base}versions/1/explanations/", explained, "application/json"))
    model = RegisteredModel.objects.get()
    policies.set_policy(model, policies.Policy(requires_card=False, blocks_on_alerts=False), actor=ACTOR)


def _pages(browser: Client, start: list[str], most: int = 70) -> Iterator[tuple[str, Any]]:
    """Every page that one comes to by the links of the registry, each once; what differs in its query is another."""
    waiting, seen = list(start), set(start)
    while waiting and most:
        address, most = waiting.pop(0), most - 1
        answer = browser.get(address)
        if answer.streaming:
            b"".join(answer.streaming_content)
            assert "attachment" in answer.headers["Content-Disposition"], address
            continue
        yield address, answer
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            for found in map(unescape, LINK.findall(answer.content.decode())):
                if found not in seen:
                    seen.add(found)
                    waiting.append(found)


def _check(address: str, answer: Any) -> bool:
    """Whether the page shows the text; it fails where the text would be acted upon."""
    assert answer.status_code < 500, address
    assert answer.headers["X-Content-Type-Options"] == "nosniff", address
    kind = answer.headers.get("Content-Type", "")
    if not kind.startswith("text/html"):
        return False
    page = answer.content.decode()
    assert LIVE.search(page) is None, (address, page[LIVE.search(page).start() - 200 :][:400])  # type: ignore[union-attr]
    assert "=1+1\"' onfocus" not in page, address
    assert "script-src" in answer.headers["Content-Security-Policy"], address
    return "&lt;script&gt;alert(1)" in page


def test_pages_show_formula_and_script_as_text(api_as: Callable[..., Client], scientist: User, client: Client) -> None:
    """S2-76, S2-78, S2-06, S2-15: in every text that the registry takes, on every page that one comes to from it."""
    _fill(api_as(scientist))
    version = RegisteredModel.objects.get().versions.get(number=1)
    waiting = ask(version, reason=HOSTILE[:100], override_reason=HOSTILE)
    browser = sign_in(client, scientist)
    base = "/models/arrival-delay/"
    start = [
        "/models/", f"/models/?q={HOSTILE.replace('+', '%2B').replace('&', '%26')}", base, f"{base}versions/1/",
        f"{base}compare/?v=1&v=2", f"{base}card/", f"{base}card/edit/", f"{base}versions/1/annex-iv/",
        f"{base}versions/1/explanation/", "/models/-/versions/", "/datasets/flights/", "/datasets/flights/versions/1/",
        "/datasets/flights/impact/", "/datasets/flights/schema/", f"/promotions/{waiting.pk}/", "/promotions/",
    ]  # fmt: skip
    showing = {address for address, answer in _pages(browser, start) if _check(address, answer)}
    assert {base, f"{base}versions/1/", f"{base}card/", "/datasets/flights/", f"/promotions/{waiting.pk}/"} <= showing
    assert len(showing) >= 12, sorted(showing)


def test_the_administration_shows_formula_and_script_as_text(api_as: Callable[..., Client], scientist: User) -> None:
    """S2-76, S2-78: lists and rows of every kind that the registry has there."""
    _fill(api_as(scientist))
    ask(RegisteredModel.objects.get().versions.get(number=1), reason=HOSTILE[:100], override_reason=HOSTILE)
    officer = sign_in(Client(), make_user("officer", "Compliance officer"))
    shown = 0
    for model, screen in admin.site._registry.items():
        name = model._meta
        if name.app_label not in APPS:
            continue
        listed = reverse(f"admin:{name.app_label}_{name.model_name}_changelist")
        addresses = [listed, f"{listed}?q=%3Cscript%3Ealert(1)"] if screen.search_fields else [listed]
        row = model._default_manager.order_by("-pk").first()
        if row is not None:
            addresses.append(reverse(f"admin:{name.app_label}_{name.model_name}_change", args=[quote(row.pk)]))
        for address in addresses:
            shown += _check(address, officer.get(address))
    assert shown >= 3


def test_files_for_spreadsheets_hold_no_formula(api_as: Callable[..., Client], scientist: User, client: Client) -> None:
    """S2-15: what was passed by with a reason, and who may do what."""
    _fill(api_as(scientist))
    passed = ask(RegisteredModel.objects.get().versions.get(number=1), override_reason=HOSTILE)
    approve(passed, *(approver(number) for number in range(1, passed.approvals_needed + 1)))
    sheets = {
        "/promotions/overrides.csv": sign_in(Client(), approver()),
        "/models/arrival-delay/access/report.csv": sign_in(client, scientist),
    }
    told: list[str] = []
    for address, browser in sheets.items():
        answer = browser.get(address)
        assert answer.status_code == 200, address
        text = answer.getvalue().decode()
        assert answer.headers["Content-Type"].startswith("text/csv")
        assert "attachment" in answer.headers["Content-Disposition"]
        rows = list(csv.reader(io.StringIO(text)))
        assert len(rows) > 1, address
        told += [cell for row in rows for cell in row]
    assert not [cell for cell in told if re.match(r"[=+\-@\t\r\n]", cell)]
    assert f"'{HOSTILE}" in told


@pytest.mark.parametrize("kind", ["models", "datasets"])
def test_names_are_refused_that_hold_such_signs(api_as: Callable[..., Client], scientist: User, kind: str) -> None:
    """A name is letters, digits, dot, hyphen and underscore, and begins with a letter or digit."""
    api = api_as(scientist)
    for name in (HOSTILE, "=1+1", "@SUM(A1)", "-2+3", "+1", "<b>", "a\tb"):
        said = {"name": name, "task_type": "regression"} if kind == "models" else {"name": name}
        status, code = problem_of(api.post(f"/api/v1/{kind}/", said, "application/json"))
        assert status == 400, (name, code)
