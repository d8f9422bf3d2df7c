"""Every address of the portal, the REST interface and the admin, asked by those who were not named.

The addresses come from the routes themselves, so a new one is asked too. Whoever asks holds every permission but the
two that show what is restricted: what keeps them out is that the model and the dataset are not theirs.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db.models import Model, Q
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.actors import actor_of
from accounts.models import User
from accounts.services import issue_api_key
from compliance.audit import Actor
from monitoring.alerts.posture import watch_controls
from monitoring.models.alerts import Alert
from registry.grants import services
from registry.models import Dataset, RegisteredModel
from registry.scanning.models import Inspection
from registry.signing.models import VersionSignature
from tests.accounts.people import make_user, sign_in
from tests.registry.samples import make_dataset, make_dataset_version, make_model, make_version

pytestmark = pytest.mark.django_db

MODEL, DATASET = "secret-model", "secret-data"
ACTOR = Actor.system("tests")
# The ledger is read by whoever may read all of it; its rows name objects.
LEDGER = {"audit.auditevent"}
OF_AN_OBJECT = re.compile(r"<(?:object_name|registry_kind):")


def routes(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        elif not path.startswith("admin/"):
            yield path, pattern


def methods(pattern: URLPattern) -> list[str]:
    """What a view answers to; pages of the portal are asked by GET and POST."""
    view = getattr(pattern.callback, "cls", None)
    if view is None:
        return ["get", "post"]
    return [name for name in ("get", "post", "put", "patch", "delete") if hasattr(view, name)]


NAMED = sorted((path, methods(pattern)) for path, pattern in routes() if OF_AN_OBJECT.search(path))
PLAIN = sorted({path for path, _ in routes() if "<" not in path and "(" not in path})


def addresses(route: str, model: str, dataset: str) -> list[str]:
    """Addresses of a route for one model or dataset."""
    kinds = ["models", "datasets"] if "<registry_kind:kind>" in route else [""]
    found = []
    for kind in kinds:
        path = route.replace("<registry_kind:kind>", kind)
        name = dataset if "datasets/" in path else model
        path = re.sub(r"<object_name:\w+>", name, path, count=1)
        path = re.sub(r"<int:\w+>", "1", re.sub(r"<uuid:\w+>", "00000000-0000-7000-8000-000000000000", path))
        found.append("/" + re.sub(r"<[^>]+>", "float16", path))
    return found


@pytest.fixture
def secrets(scientist: User) -> tuple[RegisteredModel, Dataset]:
    """A restricted model and dataset, with what other rooms keep about them."""
    from dataquality.services import start_quality_run
    from monitoring.drift.services import start_drift_run
    from registry.aliases.models import Alias

    dataset = make_dataset(scientist, DATASET)
    data = [make_dataset_version(dataset, scientist), make_dataset_version(dataset, scientist)]
    model = make_model(scientist, MODEL)
    version = make_version(model, scientist, metrics={"auc": 1.0}, parameters={"a": 1}, datasets=data[:1])
    Alias.objects.create(model=model, name="production", version=version)
    start_quality_run(data[0], actor=actor_of(scientist))
    start_drift_run(data[0], data[1], actor=actor_of(scientist))
    services.give(model, make_user("named"), "edit", actor=ACTOR)
    for governed in (model, dataset):
        services.change_access(governed, is_restricted=True, actor=ACTOR)
    return model, dataset


@pytest.fixture
def stranger(db: None) -> User:
    """Everything but the two permissions, and staff."""
    user = make_user("stranger")
    User.objects.filter(pk=user.pk).update(is_staff=True)
    keep_out = {"view_restricted", "manage_access"}
    user.user_permissions.set(Permission.objects.exclude(codename__in=keep_out))
    return User.objects.get(pk=user.pk)


def asked(client: Client, method: str, path: str) -> Any:
    body = {} if method == "get" else {"data": "{}", "content_type": "application/json"}
    return getattr(client, method)(path, **body)


@pytest.mark.parametrize("kind", ["session", "key"])
def test_what_is_restricted_answers_like_what_is_not_there(secrets: Any, stranger: User, kind: str) -> None:
    """S0-06: no address tells a restricted model or dataset from one that does not exist."""
    if kind == "session":
        client = sign_in(Client(), stranger)
    else:
        text = issue_api_key(stranger, name="k", scopes=["all"], days=1, actor=ACTOR)[1]
        client = Client(headers={"Authorization": f"Bearer {text}"})
    wanted = [(route, verbs) for route, verbs in NAMED if route.startswith("api/") == (kind == "key")]
    assert len(wanted) > 20
    for route, verbs in wanted:
        pairs = zip(addresses(route, MODEL, DATASET), addresses(route, "no-such-model", "no-such-data"), strict=True)
        for there, nowhere in pairs:
            for method in verbs:
                found, missing = asked(client, method, there), asked(client, method, nowhere)
                assert found.status_code == missing.status_code, (method, there, found.status_code)
                assert found.status_code >= 400, (method, there)
                if not route.startswith("api/"):
                    continue
                code = found.json().get("code"), missing.json().get("code")
                assert code[0] == code[1], (method, there, code)


def test_nobody_signed_in_gets_nothing(secrets: Any) -> None:
    """S0-06: 401 over REST, the sign-in in the portal."""
    client = Client()
    for route, verbs in NAMED:
        for path in addresses(route, MODEL, DATASET):
            for method in verbs:
                status = asked(client, method, path).status_code
                allowed = {401, 405} if path.startswith("/api/") else {302, 405}
                assert status in allowed, (method, path, status)


def test_no_list_names_what_is_restricted(secrets: Any, stranger: User) -> None:
    """S0-06: lists, searches and forms."""
    client = sign_in(Client(), stranger)
    audit = reverse("api-docs"), "/api/v1/audit-events/", "/"
    for route in PLAIN:
        if f"/{route}" in audit:
            continue
        for query in ("", "?q=secret", "?deleted=true"):
            answer = client.get(f"/{route}{query}")
            text = b"" if answer.streaming else answer.content
            assert MODEL.encode() not in text, (route, query)
            assert DATASET.encode() not in text, (route, query)


def test_no_finding_and_no_alert_of_one_names_what_is_restricted(secrets: Any, stranger: User) -> None:
    """S0-06: who may read the posture or its alerts need not know of every model."""
    model, _ = secrets
    version = model.versions.get()
    RegisteredModel.objects.filter(pk=model.pk).update(min_replicas=9)
    VersionSignature.objects.all().delete()
    Inspection.objects.filter(version=version).update(state="held", cause="content", taken_away_at=timezone.now())
    watch_controls()
    client = sign_in(Client(), stranger)
    seen = {control["key"]: control for control in client.get("/api/v1/posture/").json()["controls"]}
    about = ("scan.production", "scan.taken_away", "promotion.approved", "signatures.in_use", "storage.min_replicas")
    page = reverse("admin:registry_modelversion_change", args=[version.pk])
    for key in about:
        (finding,) = seen[key]["findings"]
        assert "[restricted model] v1" in finding["title"], key
        assert finding["url"] == page, key
    (bare,) = seen["models.baseline"]["findings"]
    assert bare["title"].startswith("[restricted model] v1")
    assert MODEL not in json.dumps(seen)
    told = Alert.objects.filter(key__startswith="finding:")
    assert told.filter(title__contains="[restricted model] v1").count() == len(about) + 1
    assert not told.filter(Q(title__contains=MODEL) | Q(body__contains=MODEL)).exists()
    assert client.get(page).status_code in {302, 404}
    RegisteredModel.objects.filter(pk=model.pk).update(is_restricted=False)
    assert MODEL in client.get("/api/v1/posture/").content.decode()


def test_no_page_of_the_admin_shows_what_is_restricted(secrets: Any, stranger: User) -> None:
    """S0-06: lists, searches, and each row by its address."""
    client = sign_in(Client(), stranger)
    checked = 0
    for model in admin.site._registry:
        meta = model._meta
        if meta.label_lower in LEDGER:
            continue
        base = f"admin:{meta.app_label}_{meta.model_name}"
        pages = [reverse(f"{base}_changelist"), reverse(f"{base}_changelist") + "?q=secret"]
        pages += [reverse(f"{base}_change", args=[row.pk]) for row in rows_of(model)]
        for page in pages:
            answer = client.get(page)
            if answer.status_code != 200 or answer.streaming:
                continue
            checked += 1
            # What was searched for stands in the search box.
            text = answer.content.decode().replace('value="secret"', "")
            assert MODEL not in text, page
            assert DATASET not in text, page
    assert checked > 40


def rows_of(model: type[Model]) -> list[Model]:
    return list(apps.get_model(model._meta.label)._base_manager.all()[:5])


def test_who_is_named_gets_what_the_grid_asks_for(secrets: Any) -> None:
    """The grid would pass as well if nobody ever got anything."""
    client = sign_in(Client(), User.objects.get(username="named"))
    for path in (f"/models/{MODEL}/", f"/api/v1/models/{MODEL}/versions/1/", f"/models/{MODEL}/versions/1/delete/"):
        assert client.get(path).status_code == 200, path
