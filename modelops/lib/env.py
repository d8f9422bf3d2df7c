"""Settings from the environment; a bad value stops the process and names the variable."""

import difflib
import os
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# Every variable that was asked for: what else carries the portal's prefix is a slip of the pen.
_asked: set[str] = set()

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


def text(name: str, default: str | None = None) -> str:
    """The variable's text, or ``default``; without either the process stops."""
    _asked.add(name)
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set.")
    return value


def flag(name: str, default: bool) -> bool:
    """The variable as yes or no."""
    _asked.add(name)
    value = os.environ.get(name)
    if value is None:
        return default
    lowered = value.strip().lower()
    if lowered in _TRUE:
        return True
    if lowered in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; use 1 or 0.")


def integer(name: str, default: int, *, at_least: int | None = None, at_most: int | None = None) -> int:
    """The variable as a whole number."""
    _asked.add(name)
    value = os.environ.get(name)
    if value is None:
        return default
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}; a whole number is needed.") from None
    if at_least is not None and number < at_least:
        raise ImproperlyConfigured(f"{name} is {number}; at least {at_least} is needed.")
    if at_most is not None and number > at_most:
        raise ImproperlyConfigured(f"{name} is {number}; at most {at_most} is possible.")
    return number


def listing(name: str, default: str = "") -> list[str]:
    """The variable as a list, parted by commas."""
    _asked.add(name)
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def secret(name: str) -> str | None:
    """The secret in ``NAME``, or in the file that ``NAME_FILE`` names; None when neither is set.

    A file that others can read is refused: a secret that is not kept is no secret.
    """
    _asked.update((name, f"{name}_FILE"))
    value = os.environ.get(name)
    if value is not None:
        return value
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return None
    file = Path(path)
    try:
        mode = file.stat().st_mode & 0o777
        content = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE names {path}, which cannot be read: {error.strerror}.") from None
    if mode & 0o077:
        raise ImproperlyConfigured(f"{path} has mode {mode:o}; others can read it. Run: chmod 600 {path}")
    if not content:
        raise ImproperlyConfigured(f"{name}_FILE names {path}, which is empty.")
    return content


def refuse_unknown(prefix: str, also: Iterable[str]) -> None:
    """Stop the process when a variable with ``prefix`` is set that nothing has asked for and ``also`` does not name."""
    known = _asked.union(also)
    for name in sorted(os.environ):
        if name.startswith(prefix) and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise ImproperlyConfigured(
                f"{name} is set, and there is no such setting.{hint} docs/reference/settings.md lists them all."
            )


def database(name: str, url: str) -> dict[str, object]:
    """Django's settings for the PostgreSQL server of ``url``.

    Takes ``postgresql://user:password@host:port/name?option=value``; a socket folder stands in ``?host=``.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured(
            f"{name} has the scheme {parts.scheme!r}. PostgreSQL is required (grants, triggers, pgcrypto, row locks): "
            "use postgresql://user:password@host/database."
        )
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    host = options.pop("host", parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(host),
        "PORT": str(parts.port or options.pop("port", "")),
        "OPTIONS": options,
    }
