"""The map has every route and every model, and refuses what fits nowhere."""

import pytest

from compliance.audit import EventClass, event_classes
from compliance.audit.coverage import Exempt, admin_pages, declaring, model, route
from compliance.audit.coverage.declaring import CoverageError
from compliance.audit.coverage.mapping import coverage_map, lay_over
from compliance.audit.coverage.walking import Route, all_models, all_routes


@pytest.fixture
def event() -> EventClass:
    return event_classes()["audit.log.read"]


@pytest.fixture
def nothing_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty set of declarations."""
    for name in ("_routes", "_admin", "_models"):
        monkeypatch.setattr(declaring, name, {})


def test_every_route_and_every_model_has_an_event_or_a_reason() -> None:
    """S4-125: a new view or model without a mapping fails here, by name."""
    faults = coverage_map().faults
    assert faults == []


def test_the_map_has_as_many_entries_as_there_are_methods_and_models() -> None:
    """S4-125: the figure is over all of them, whatever the apps declare."""
    methods = {(one.path, method) for one in all_routes() for method in one.methods}
    mapped, models = len(coverage_map().routes), len(coverage_map().models)
    assert mapped == len(methods) > 600
    assert models == len(all_models()) > 50


@pytest.mark.usefixtures("nothing_declared")
def test_a_route_without_a_declaration_is_named() -> None:
    """S4-125"""
    found = lay_over([Route("models/-/burn/", frozenset({"GET", "POST"}), "registry.views.burn")], [])
    assert found.unmapped == ["GET models/-/burn/", "POST models/-/burn/"]
    assert "registry.views.burn" in found.faults[0]


@pytest.mark.usefixtures("nothing_declared")
def test_a_method_more_is_named(event: EventClass) -> None:
    route("models/-/burn/", get=event)
    found = lay_over([Route("models/-/burn/", frozenset({"GET", "POST"}), "burn")], [])
    assert found.unmapped == ["POST models/-/burn/"]


@pytest.mark.usefixtures("nothing_declared")
def test_a_model_without_a_declaration_is_named() -> None:
    """S4-125"""
    assert lay_over([], ["registry.Ash"]).unmapped == ["registry.Ash"]


@pytest.mark.usefixtures("nothing_declared")
def test_what_is_declared_must_be_there(event: EventClass) -> None:
    route("gone/", get=event)
    model("registry.Gone", event)
    admin_pages("registry.Gone")
    faults = lay_over([], []).faults
    assert len(faults) == 3
    assert all("gone" in fault.lower() for fault in faults)


@pytest.mark.usefixtures("nothing_declared")
def test_nothing_is_declared_twice(event: EventClass) -> None:
    route("models/-/burn/", get=event)
    with pytest.raises(CoverageError, match=r"GET models/-/burn/ is declared twice"):
        route("models/-/burn/", get=Exempt.NAMES)
    model("registry.Ash", event)
    with pytest.raises(CoverageError, match="twice"):
        model("registry.ash", event)
    admin_pages("registry.Ash")
    with pytest.raises(CoverageError, match="twice"):
        admin_pages("registry.Ash")


@pytest.mark.usefixtures("nothing_declared")
@pytest.mark.parametrize("told", ["registry.model.burned", None, (), ("registry.model.burned",)])
def test_only_declared_events_and_reasons_are_taken(told: object) -> None:
    with pytest.raises(CoverageError, match="events or one of the exemptions"):
        route("models/-/burn/", get=told)  # type: ignore[arg-type]


@pytest.mark.usefixtures("nothing_declared")
def test_a_model_has_events_or_a_reason_and_not_both(event: EventClass) -> None:
    with pytest.raises(CoverageError):
        model("registry.Ash")
    with pytest.raises(CoverageError):
        model("registry.Ash", event, exempt=Exempt.UNUSED)


def test_only_reading_is_exempt_for_what_it_shows() -> None:
    """What changes something is exempt only where it cannot change anything, or has rows at its beginning and end."""
    shows = {Exempt.HEALTH, Exempt.FIGURES, Exempt.NAMES, Exempt.FORM, Exempt.OWN, Exempt.INTERFACE}
    wrong = [one.name for one in coverage_map().routes if not one.name.startswith("GET ") and one.exempt in shows]
    assert wrong == []
