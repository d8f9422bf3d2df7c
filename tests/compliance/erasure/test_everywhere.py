"""Every provider and every column of free text has the canary planted, and none has it after the erasure."""

from pathlib import Path
from typing import Any

import pytest

from accounts.actors import actor_of
from compliance.audit.watching.declarations import watches
from compliance.registers.services import add_activity, give_consent
from compliance.subjects import services
from compliance.subjects.erasure import approving, planning
from compliance.subjects.mentions import declared
from compliance.subjects.mentions.other_texts import other_texts
from compliance.subjects.mentions.searching import rows_naming
from compliance.subjects.mentions.words import Words
from compliance.subjects.providers import Subject, all_providers, identify
from modelops.crypto.keyring import keyring
from registry.tracking.models import Experiment, Run
from tests.accounts.people import make_user

from .canary import ADDRESS, NAME, confirmed, done, plant, rows_with_the_canary
from .planting import as_account, as_words, somebody

pytestmark = pytest.mark.django_db
PERSON = Subject(email=ADDRESS, ref=NAME)


def _unnamed() -> list[str]:
    words = Words.of(PERSON)
    return [label for label, texts in declared().items() if not list(rows_naming(texts, words))]


def test_no_provider_and_no_text_is_left_out(officer: Any, settings: Any, tmp_path: Path) -> None:
    """S4-61, S4-62, S4-64: a provider or column that is added and not planted here fails; nobody is found after."""
    settings.MODELOPS_ERASURE_LEDGER = str(tmp_path / "erasures")
    keyring.forget()
    person, _ = plant(make_user("scientist", "Data scientist"))
    as_account(person)
    as_words(somebody())
    earlier = services.open_request("access", PERSON, actor=actor_of(officer))
    services.refuse(earlier, "Asked twice.", actor=actor_of(officer))
    names = ("controller", "purpose", "subjects", "categories", "recipients", "transfers", "retention", "measures")
    activity = add_activity(
        {"name": "Desk", "basis": "consent", **dict.fromkeys(names, "told")}, actor=actor_of(officer)
    )
    give_consent(activity, ADDRESS, text_version="3", source="form", actor=actor_of(officer))

    who = identify(PERSON)
    assert [key for key, provider in all_providers() if not provider.find(who)] == [], "not planted"
    assert _unnamed() == [], "free text without the canary"
    accounts = who.account_ids

    plan = planning.preview(confirmed(officer), actor=actor_of(officer))
    planning.decide(plan, "all", "retrain", actor=actor_of(officer))
    plan = approving.approve(plan, actor=actor_of(make_user("second", "Compliance officer")))
    plan = approving.execute(plan, actor=actor_of(officer))
    done(plan)
    assert plan.state == "done", plan.failure
    gone = Subject(email=ADDRESS, ref=NAME, account_ids=accounts)
    assert [key for key, provider in all_providers() if provider.left(gone) and not provider.kept] == []
    assert _unnamed() == sorted(declared())
    assert rows_with_the_canary() == []
    run = Run.objects.get()
    assert (run.parameters, run.tags["team"]) == ({"reviewer": "[erased]"}, "risk")
    assert Experiment.objects.filter(name__startswith="/Users/[erased]/delays").count() == 1


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"Ask {ADDRESS.upper()}.", "Ask [erased]."),
        (f"be{ADDRESS} and {ADDRESS}.uk", f"be{ADDRESS} and {ADDRESS}.uk"),
        ("4711", "[erased]"),
        ("in 4711 cases", "in 4711 cases"),
        ({ADDRESS: [ADDRESS, 7, None]}, {"[erased]": ["[erased]", 7, None]}),
        ({"a": {"b": f"<{ADDRESS}>"}}, {"a": {"b": "<[erased]>"}}),
    ],
)
def test_a_name_goes_and_what_only_looks_like_it_stays(text: Any, left: Any) -> None:
    """S4-64: whole words alone; a short reference only where it is the whole text."""
    words = Words.of(Subject(email=ADDRESS, ref="4711"))
    assert words.taken_out(text) == left
    assert words.are_in(text) == (text != left)


def test_no_free_text_stands_in_the_ledger() -> None:
    """S4-64: what can name a person is shown there as "changed" alone, for the ledger cannot be redacted.

    Nor do notes about decisions of the organisation, which are not looked through.
    """
    shown = {(watch.label, column) for watch in watches.values() for column in watch.shown}
    texts = {(label, column) for label, one in declared().items() for column in (*one.searched, *one.exact)}
    notes = {(label, column) for label, one in other_texts().items() for column in one.get("notes", [])}
    assert shown & (texts | notes) == set()
