"""Every event of every app has its place in the common schemas."""

import pytest

from compliance.audit import EventClass, define, event_classes
from compliance.audit.vocabulary.classes import CATEGORIES, CLASSES, PLACES


def declared() -> dict[str, EventClass]:
    """Those of the apps; tests declare some of their own."""
    return {name: event for name, event in event_classes().items() if not name.startswith("tests.")}


def test_every_declared_event_names_its_class_and_activity() -> None:
    """S4-80, S4-83: an event without one fails here by name; nothing falls back on its category."""
    assert len(declared()) > 100
    assert [name for name, event in declared().items() if event.ocsf not in PLACES] == []


def test_numbers_of_classes_begin_with_those_of_their_categories() -> None:
    """S4-80: an activity's type is the class's number and two digits, as the schema counts."""
    assert {found.category_uid for found in CLASSES.values()} == set(CATEGORIES)
    assert PLACES["account_change.password_change"].type_uid == 300103
    assert PLACES["event_log.export"].type_uid == 100803
    assert PLACES["api.other"].type_uid == 600399
    assert len({(place.ocsf_class.uid, place.activity_id) for place in PLACES.values()}) == len(PLACES)


@pytest.mark.parametrize("ocsf", ["entity.vanish", "entity", "vanish.create", "Entity.Create"])
def test_a_class_or_activity_that_the_schema_lacks_is_refused(ocsf: str) -> None:
    """S4-80: the vocabulary is closed at both ends."""
    with pytest.raises(ValueError, match="no class and activity of OCSF"):
        define("tests.vocabulary.misplaced", "was misplaced", category="system", ocsf=ocsf)
    assert "tests.vocabulary.misplaced" not in event_classes()
