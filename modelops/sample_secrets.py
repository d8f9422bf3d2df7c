"""Secrets that stand in documents, examples and lists of the most frequent ones: they protect nothing."""

from typing import Final

# Parts by which people mark a value that is to be replaced. None occurs in a random one but by a one in a million.
_MARKS: Final = (
    "your-secret", "your_secret", "your-key", "django-insecure", "changeme", "change-me", "change_me", "change-this",
    "change_this", "replace-me", "replace_me", "replace-this", "example", "insecure", "placeholder", "default-",
    "default_", "password", "passw0rd", "passwort", "secret-key", "secret_key", "secretkey", "supersecret",
    "top-secret", "test-secret", "test-key", "sample", "letmein", "qwertz", "qwerty", "hunter2", "12345678", "0123456",
    "abcdefgh", "correct horse", "minioadmin",
)  # fmt: skip
_WORDS: Final = frozenset(
    {
        "secret", "admin", "root", "test", "postgres", "postgresql", "redis", "valkey", "modelops", "portal", "guest",
        "user", "default", "demo", "token", "metrics", "foobared", "123456", "1234567890",
    }
)  # fmt: skip
# A random text of 40 characters has far more; "x" forty times has one.
_FEWEST_CHARACTERS: Final = 10


def is_sample(value: str) -> bool:
    """Whether ``value`` is known, or marked as one to replace.

    >>> is_sample("django-insecure-k3y"), is_sample("Change-Me-please"), is_sample("secret")
    (True, True, True)
    >>> is_sample("fo4UrsQCq9OB4T1nPFxqKQ")
    False
    """
    lowered = value.strip().lower()
    return lowered in _WORDS or any(mark in lowered for mark in _MARKS)


def is_weak_key(value: str) -> bool:
    """Whether ``value`` is too short, too plain or too well known to sign with."""
    return len(value) < 40 or len(set(value)) < _FEWEST_CHARACTERS or value.startswith("secret") or is_sample(value)
