"""Which passwords may be set: length and lists, and no kinds of characters."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import TOTPDevice, User
from accounts.password_rules import BreachedPasswordValidator, CompositionValidator
from accounts.passwords import validated
from modelops.lib.errors import Invalid
from tests.accounts.people import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def refusal(password: str, user: User) -> str:
    """Why the password may not be set; empty when it may."""
    try:
        validated(password, user)
    except Invalid as error:
        return str(error)
    return ""


@pytest.fixture
def newcomer() -> User:
    """An account without a second factor yet."""
    user = make_user()
    TOTPDevice.objects.all().delete()
    return user


def test_length_counts_and_more_of_it_without_a_second_factor(newcomer: User) -> None:
    """S4-36: 15 alone, 12 beside a second factor."""
    assert "14 characters; at least 15 are needed (12 once" in refusal("plover-quartz1", newcomer)
    assert refusal("plover-quartz12", newcomer) == ""
    protected = make_user("engineer", "ML engineer")
    assert "11 characters; at least 12 are needed." in refusal("plover-quar", protected)
    assert refusal("plover-quart", protected) == ""


def test_a_sentence_is_accepted_and_so_are_64_characters_and_more(newcomer: User) -> None:
    """S4-36: no kinds of characters are demanded, every character is allowed, length is no fault."""
    for good in (
        PASSWORD,
        "all small letters here",
        "Ж" * 5 + "длинный пароль",
        "seven seals " * 6,
        "x" * 80 + "y",
        "7" * 64,
    ):
        assert refusal(good, newcomer) == "", good
    assert "at most 256" in refusal("ab " * 100, newcomer)


@pytest.mark.parametrize(
    "common",
    [
        "Password1!",
        "password",
        "PASSWORD123456789",
        "p@ssw0rd2024!!!!",
        "!!!!letmein!!!!!",
        "qwertyqwertyqwerty",
        "iloveyou12345678",
    ],
)
def test_what_everybody_would_try_is_refused_as_common(newcomer: User, common: str) -> None:
    """S4-36: "Password1!" is refused as common, whatever stands around the word."""
    assert "too common" in refusal(common, newcomer)


def test_words_of_the_person_and_the_portal_count_for_nothing(newcomer: User, settings: Any) -> None:
    """S4-36: name, address, product."""
    settings.MODELOPS_BASE_URL = "https://forge.plover.example"
    newcomer.email, newcomer.first_name = "quartz@mine.example", "Marguerite"
    for weak in (
        "scientist-scientist",
        "my modelops portal 1",
        "quartz@mine.example",
        "marguerite-12345",
        "forge.plover.example1",
    ):
        assert refusal(weak, newcomer) != "", weak
    assert "names of this portal" in refusal("my modelops portal 1", newcomer)
    assert refusal("a modelops portal stands upon seven hills", newcomer) == ""
    assert "too similar to the username" in refusal("scientist1", newcomer)


def test_a_breach_list_on_the_disk_is_searched(tmp_path: Path) -> None:
    """S4-36: offline; each of its lines is found, and nothing else."""
    passwords = [f"stolen password {number}" for number in range(500)]
    lines = sorted(
        f"{hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest().upper()}:{len(text)}" for text in passwords
    )
    path = tmp_path / "breached.txt"
    path.write_text("\n".join(lines) + "\n")
    rule = BreachedPasswordValidator(str(path))
    for text in passwords:
        with pytest.raises(ValidationError, match="stolen elsewhere"):
            rule.validate(text)
    for number in range(200):
        rule.validate(f"own password {number}")
    BreachedPasswordValidator().validate(passwords[0])


def test_the_rule_of_kinds_of_characters_is_there_and_off(newcomer: User, settings: Any) -> None:
    """S4-36: the old rule can be demanded; by default it is not."""
    rule = CompositionValidator()
    with pytest.raises(ValidationError, match="upper-case letter, a digit, a sign"):
        rule.validate("correcthorsebatterystaple")
    rule.validate("Correct horse battery staple 1!")
    assert not any("Composition" in entry["NAME"] for entry in settings.AUTH_PASSWORD_VALIDATORS)
    assert refusal(PASSWORD, newcomer) == ""
