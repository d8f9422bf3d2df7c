"""Whoever opens an object in the admin, or a list of personal data, leaves one row; what is closed there is closed."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin

from compliance.audit.coverage import Exempt
from compliance.audit.coverage.mapping import coverage_map

from . import (
    acts_alerts,
    acts_cards,
    acts_credentials,
    acts_desk,
    acts_factors,
    acts_files_of_mlflow,
    acts_keys,
    acts_models_of_mlflow,
    acts_monitors,
    acts_officers,
    acts_origin,
    acts_people,
    acts_places,
    acts_promotions,
    acts_registers,
    acts_retention,
    acts_sources,
    acts_watch,
)
from .performing import Act, faults_of, perform
from .proof import says
from .world import World

pytestmark = pytest.mark.django_db
# What is asked about one thing names it in the query.
ASK_ABOUT = {
    "GET api/v1/quality-runs/trend/": lambda world: f"?dataset={world.dataset.name}",
    "GET mlflow/api/2.0/mlflow/artifacts/list": lambda world: f"?run_id={acts_files_of_mlflow.run(world).run_id}",
    "GET mlflow/api/2.0/mlflow/model-versions/get-download-uri": lambda world: f"?name={world.model.name}&version=1",
}


def _stock(world: World) -> None:
    """One of each that the world does not have by itself."""
    from django.utils import timezone

    from compliance.reviews.services import month_before, open_review

    for prepare in (
        acts_keys._asked,
        acts_keys._rotation(),
        acts_officers._open,
        acts_officers._secret,
        acts_officers._schedule,
        acts_places._alias,
        acts_places._grant,
        acts_places._variant,
        acts_promotions._asked,
        acts_watch._alert,
        acts_watch._suite,
        acts_monitors._stocked,
        acts_alerts._rule,
        acts_alerts._silence,
        acts_alerts._chain,
        acts_alerts._rota,
        acts_desk._receiver,
        acts_credentials._exchanged,
        acts_factors._reset,
        acts_people._api_row,
        acts_cards.stock,
        acts_origin.stock,
        acts_sources.stock,
        acts_retention._change,
        acts_models_of_mlflow.stock,
        acts_registers.stock,
    ):
        prepare(world)
    from . import works

    done = ("quality run", "drift run", "alert told twice", "reconciliation", "escrow", "restore drill of erasures")
    for work in done:
        works.WORKS[work](world)
    from accounts.services import invite
    from registry.signing.services import set_policy

    invite("newcomer", "Data scientist", actor=world.actor("guard"))
    set_policy(world.model, demand="warn", signer="any", actor=world.actor("guard"))
    open_review(month_before(timezone.now()), actor=world.actor("guard"))


def _pages(kinds: set[str]) -> dict[str, Any]:
    return {one.name: one for one in coverage_map().routes if _kind(one.name) in kinds and "/admin/" in f"/{one.name}"}


def _kind(name: str) -> str:
    last = name.rstrip("/").rsplit("/", 1)[-1]
    return last if last in {"change", "add", "delete"} else "list"


def _first(label: str) -> Any:
    model: Any = apps.get_model(label)
    rows = model._base_manager.order_by("pk")
    return rows.exclude(user=None).first() if label == "accounts.Session" else rows.first()


def test_every_object_and_personal_list_of_the_admin_leaves_a_row(settings: Any, http_receiver: Any) -> None:
    """S1-19, S4-92: one row for an opened object, with who opened it and which one."""
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = True
    world = World(http_receiver.url).build({"root", "other", "officer"})
    _stock(world)
    mapped = {one.name: one for one in coverage_map().routes}
    faults: list[str] = []
    proven: set[str] = set()
    for model in admin.site._registry:
        base = f"GET admin/{model._meta.app_label}/{model._meta.model_name}/"
        row = _first(model._meta.label)
        for name, act in {
            base: Act("root"),
            f"{base}<path:object_id>/change/": Act(
                "root", model._meta.label_lower, before=lambda w, row=row: {"object_id": row.pk if row else "0"}
            ),
        }.items():
            if not mapped[name].events:
                continue
            left = perform(world, name, act)
            wrong = faults_of(world, name, act, left, [event.name for event in mapped[name].events])
            wrong += [f"{name} is about another row" for one in left.rows if one.target_id not in {"", str(row.pk)}]
            faults += wrong
            proven |= set() if wrong else {name}
    assert faults == []
    assert proven == says("routes", "admin")


def test_what_is_exempt_as_refused_is_refused() -> None:
    """The reason holds: a superuser is refused as well, and nothing is added to the ledger but the refusal."""
    world = World().build({"root"})
    refused = [one for one in coverage_map().routes if one.exempt is Exempt.REFUSED and _kind(one.name) != "list"]
    assert len(refused) > 100
    wrong: list[str] = []
    row = {model._meta.label_lower: _first(model._meta.label) for model in admin.site._registry}
    for one in refused:
        _, app, model, *_ = one.name.partition(" ")[2].split("/")
        found = row[f"{app}.{model}"]
        if found is None and "<path" in one.name:
            continue
        act = Act("root", before=lambda w, found=found: {"object_id": found.pk} if found else {})
        left = perform(world, one.name, act)
        if left.status != 403:
            wrong.append(one.name)
        assert {event.name for event in left.rows} <= {"audit.request.refused"}, one.name
    assert wrong == []


def test_what_is_exempt_as_shown_leaves_no_row() -> None:
    """The reason holds for every page without an object: opening it is not told, and a superuser can open it."""
    world = World().build({"root", "scientist"})
    quiet = {Exempt.NAMES, Exempt.FORM, Exempt.FIGURES, Exempt.OWN, Exempt.INTERFACE, Exempt.HEALTH}
    for one in coverage_map().routes:
        if one.exempt not in quiet or not one.name.startswith("GET ") or "<" in one.name or "(" in one.name:
            continue
        query = ASK_ABOUT[one.name](world) if one.name in ASK_ABOUT else ""
        left = perform(world, one.name, Act("root", query=query))
        absent = one.name == "GET .well-known/security.txt" and left.status == 404  # no contact is set
        assert absent or left.status in {200, 302, 403, 503}, (one.name, left.says)
        assert [event.name for event in left.rows] == [], one.name
