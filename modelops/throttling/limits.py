"""The classes of requests, and how many of each a caller may make."""

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from django.core.exceptions import ImproperlyConfigured

from modelops.lib import env

PERIOD_S: Final = 60
SLOWEST, FASTEST = 10, 1_000_000


class Limit(NamedTuple):
    """``per_minute`` requests in a minute that begins with the first; ``burst`` of them without a pause."""

    per_minute: int
    burst: int

    def __str__(self) -> str:
        return f"{self.per_minute}/{self.burst}"


@dataclass(frozen=True, slots=True)
class Scope:
    """A class of requests that are counted together, and what becomes of them while Valkey is away.

    They are served uncounted, refused, or counted in PostgreSQL and refused when that cannot be done either.
    """

    name: str
    label: str
    setting: str
    default: Limit
    without_valkey: Literal["served", "refused", "counted"] = "refused"


API_READ = Scope("api.read", "reading by the REST interface", "MODELOPS_THROTTLE_API_READ", Limit(1000, 100), "served")
API_WRITE = Scope("api.write", "writing by the REST interface", "MODELOPS_THROTTLE_API_WRITE", Limit(1000, 100))
# A directory comes as one resumable upload a file, and each in parts.
UPLOAD = Scope("upload", "resumable uploads", "MODELOPS_THROTTLE_UPLOAD", Limit(3000, 300))
# Logging one model takes about thirty calls, and a training logs its metrics one by one.
MLFLOW = Scope("mlflow", "calls of MLflow's client", "MODELOPS_THROTTLE_MLFLOW", Limit(6000, 600))
PAGE_READ = Scope("page.read", "pages", "MODELOPS_THROTTLE_PAGE_READ", Limit(1000, 100), "served")
PAGE_WRITE = Scope("page.write", "forms", "MODELOPS_THROTTLE_PAGE_WRITE", Limit(300, 60))
EXPORT = Scope("export", "exports and reports", "MODELOPS_THROTTLE_EXPORT", Limit(60, 20))
# Without Valkey people can still sign in, end sessions and take rights away: what they do is counted in PostgreSQL, and
# guesses at one account are held back there at any time (accounts/throttle.py).
SIGN_IN = Scope("sign-in", "signing in and one's account", "MODELOPS_THROTTLE_SIGN_IN", Limit(60, 30), "counted")
SCOPES: Final = (API_READ, API_WRITE, UPLOAD, MLFLOW, PAGE_READ, PAGE_WRITE, EXPORT, SIGN_IN)

# Whoever shows neither a session nor a credential is counted by address, apart in each class; signing in has no
# other limit than its own.
NETWORK_SETTING: Final = "MODELOPS_THROTTLE_NETWORK"
NETWORK_DEFAULT: Final = Limit(100, 100)


def from_environment() -> dict[str, Limit]:
    """The limits by the names of their settings. Raises ImproperlyConfigured."""
    defaults = {scope.setting: scope.default for scope in SCOPES} | {NETWORK_SETTING: NETWORK_DEFAULT}
    return {name: parse(name, env.text(name, str(default))) for name, default in defaults.items()}


def parse(name: str, text: str) -> Limit:
    """The limit that a setting holds: requests in a minute, a slash, requests at once.

    >>> parse("MODELOPS_THROTTLE_EXPORT", "60/20")
    Limit(per_minute=60, burst=20)
    """
    minute, _, burst = text.partition("/")
    if not (minute.isascii() and minute.isdigit() and burst.isascii() and burst.isdigit() and len(text) < 20):
        raise ImproperlyConfigured(f"{name} is {text!r}; requests a minute and at once are needed, like 1000/100.")
    limit = Limit(int(minute), int(burst))
    if not SLOWEST <= limit.per_minute <= FASTEST or not 1 <= limit.burst <= limit.per_minute:
        raise ImproperlyConfigured(
            f"{name} is {text!r}; from {SLOWEST} to {FASTEST} a minute are possible, and from 1 to all of them at once."
        )
    return limit
