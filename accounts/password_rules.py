"""What a password must be: long enough and not known to guessers. Nothing about kinds of characters.

NIST SP 800-63B-4, section 3.1.1.2, and OWASP ASVS 5.0, V6.2: length, lists of common and breached passwords, words
that belong to the person or the portal; no composition, no expiry.
"""

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

if TYPE_CHECKING:
    from .models import User

# The person's own words count from three letters on; shorter ones stand in any sentence.
_SHORTEST_WORD = 3
PRODUCT_WORDS = ("modelops", "portal", "password", "passwort", "admin", "administrator", "welcome")
_SHORTEST_GUESS = 4
_LONG = 32  # from here on even few different characters are many possibilities
_NOT_LETTERS = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_LOOKALIKES = str.maketrans("0134578@$!", "oleastbasi")


def context_words(user: "User | None") -> set[str]:
    """Words that say nothing in a password of this person: their names, their address, the portal's own names."""
    texts = [*PRODUCT_WORDS, settings.OTP_TOTP_ISSUER, urlsplit(settings.MODELOPS_BASE_URL).hostname or ""]
    if user is not None:
        texts += [user.username, user.first_name, user.last_name, user.email]
    words = {word for text in texts for word in re.split(r"[^\w]+|_", text.lower())} | {
        text.lower() for text in texts[len(PRODUCT_WORDS) :]
    }
    return {word for word in words if len(word) >= _SHORTEST_WORD}


class LengthValidator:
    """Long enough: 15 characters, or 12 once a second factor stands beside it; words of the context count for nothing.

    >>> LengthValidator().get_help_text()
    'At least 15 characters, or 12 once you have a second factor; your own name and that of the portal do not count.'
    """

    def __init__(self, alone: int = 15, with_factor: int = 12) -> None:
        self.alone, self.with_factor = alone, with_factor

    def validate(self, password: str, user: "User | None" = None) -> None:
        """Raise ValidationError with the length that is needed."""
        beside = user is not None and user.pk is not None and user.has_second_factor
        needed = self.with_factor if beside else self.alone
        if len(password) < needed:
            why = "" if beside else f" ({self.with_factor} once you have a second factor)"
            raise ValidationError(
                f"The password has {len(password)} characters; at least {needed} are needed{why}. "
                "Add words: a sentence is easier to remember than signs.",
                code="password_too_short",
            )
        rest = password.lower()
        for word in sorted(context_words(user), key=len, reverse=True):
            rest = rest.replace(word, "")
        if len(rest) < needed:
            raise ValidationError(
                f"Without your own name and address and the names of this portal {len(rest)} characters are left; at "
                f"least {needed} are needed. Choose words that have nothing to do with either.",
                code="password_of_context_words",
            )

    def get_help_text(self) -> str:
        """What the form says."""
        return (
            f"At least {self.alone} characters, or {self.with_factor} once you have a second factor; your own name and "
            "that of the portal do not count."
        )


class CommonPasswordValidator(password_validation.CommonPasswordValidator):
    """Not on a list of common passwords, also not with digits and signs around it or in place of letters."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for a password that guessers try first."""
        typed = password.lower().strip()
        core = _NOT_LETTERS.sub("", typed)
        guesses = {typed, core, typed.translate(_LOOKALIKES), _NOT_LETTERS.sub("", typed.translate(_LOOKALIKES))}
        guesses |= {core.translate(_LOOKALIKES), *_repeated(typed)}
        if any(len(guess) >= _SHORTEST_GUESS and guess in self.passwords for guess in guesses):
            raise ValidationError(
                "This password is too common: it, or the word it is made of, is among the first that are tried. "
                "Choose a sentence of your own.",
                code="password_too_common",
            )
        if len(typed) < _LONG and len(set(typed)) < 5:
            raise ValidationError(
                f"The password has {len(set(typed))} different characters; at least 5 are needed.",
                code="password_too_plain",
            )

    def get_help_text(self) -> str:
        """What the form says."""
        return "Not one of the common passwords, whatever digits or signs are added to it."


def _repeated(text: str) -> set[str]:
    """The word that a text repeats: "abcabcabc" gives "abc"."""
    length = (text + text).find(text, 1)
    return {text[:length]} if 0 < length < len(text) else set()


class BreachedPasswordValidator:
    """Not in a file of breached passwords that the operator keeps: one a line, sorted by SHA-1 in upper-case hex.

    The file is searched on the disk, so that it may have a thousand million lines ("HASH:COUNT", as breach lists are
    published). Without a file the rule is off. Nothing about a password leaves the machine.
    """

    def __init__(self, path: str = "") -> None:
        self.path = Path(path) if path else None

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError when the password stands in the file, OSError when the file is missing."""
        if self.path is not None and _is_listed(self.path, password):
            raise ValidationError(
                "This password stands in a list of passwords that were stolen elsewhere. Choose another one, and "
                "change it wherever else you use it.",
                code="password_breached",
            )

    def get_help_text(self) -> str:
        """What the form says; nothing, because nobody can act on it beforehand."""
        return ""


def _is_listed(path: Path, password: str) -> bool:
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with path.open("rb") as lines:
        low, high = 0, path.stat().st_size
        while low < high:
            middle = (low + high) // 2
            lines.seek(middle)
            if middle:
                lines.readline()  # the rest of a line that began before
            if not (line := lines.readline()):
                high = middle
                continue
            found = line[:40].upper()
            if found == wanted:
                return True
            if found < wanted:
                low = middle + 1
            else:
                high = middle
    return False


class CompositionValidator:
    """One upper-case letter, one lower-case letter, one digit and one sign, at least eight characters: off by default.

    Such rules make people choose "Password1!" and its like, which guessers try first: NIST SP 800-63B-4 (3.1.1.2) and
    OWASP ASVS 5.0 (6.2.5) forbid them. The class is here for places where a contract or a law demands the old rule all
    the same; it comes in addition to the other rules (docs/howto/accounts-and-keys.md).
    """

    KINDS = (
        ("an upper-case letter", str.isupper),
        ("a lower-case letter", str.islower),
        ("a digit", str.isdigit),
        ("a sign", lambda char: not char.isalnum() and not char.isspace()),
    )

    def __init__(self, shortest: int = 8) -> None:
        self.shortest = shortest

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError with what is missing."""
        missing = [name for name, fits in self.KINDS if not any(fits(char) for char in password)]
        if len(password) < self.shortest:
            missing.append(f"{self.shortest} characters in all")
        if missing:
            raise ValidationError(f"The password lacks {', '.join(missing)}.", code="password_composition")

    def get_help_text(self) -> str:
        """What the form says."""
        return "With an upper-case letter, a lower-case letter, a digit and a sign."
