"""The request that the current work belongs to, so that its ledger rows can be found together."""

import ipaddress
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath


@dataclass(frozen=True)
class RequestContext:
    """``source`` is a network, not an address: enough to see a pattern, too little to name a person.

    ``address``, ``user_agent`` and ``session`` (a digest of the session's id) say more; they never stand in a row of
    the ledger but sealed and erasable beside it. ``via`` is through what the actor acts: ``job:kind:id``,
    ``task:name``, ``command:name``, ``api_key:id``.
    """

    request_id: str = ""
    source: str = ""
    address: str = ""
    user_agent: str = ""
    session: str = ""
    via: str = ""


_COMMAND = re.compile(r"[a-z][a-z0-9_]{0,99}")

NO_REQUEST = RequestContext()
current: ContextVar[RequestContext] = ContextVar("audit_request", default=NO_REQUEST)


_USER_AGENT_CHARACTERS = 256


def of_request(request_id: str, address: str, user_agent: str) -> RequestContext:
    """The context of a request as the web server received it, with nothing in it that could harm a reader."""
    address, network = _read(address)
    return RequestContext(
        request_id, network, address, escaped(user_agent[:_USER_AGENT_CHARACTERS])[:_USER_AGENT_CHARACTERS]
    )


@lru_cache(maxsize=256)
def _read(address: str) -> tuple[str, str]:
    """An address as it is written, and its network; empty texts for what is none."""
    try:
        address = str(ipaddress.ip_address(address))
    except ValueError:
        return "", ""
    return address, network_of(address)


def escaped(text: str) -> str:
    """The text with everything escaped that does not print: control characters, marks of direction, lone surrogates."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def _with(context: RequestContext, changes: dict[str, str]) -> RequestContext:
    """`dataclasses.replace` looks at each field by its name."""
    return RequestContext(**{**context.__dict__, **changes})


def identify(**changes: str) -> None:
    """From here to the end of the request, what is recorded carries these fields too: known since authentication."""
    current.set(_with(current.get(), changes))


def begin_via(via: str) -> "Token[RequestContext]":
    """From here on, what is recorded is done through ``via``; `end_via` takes the token back where no block can."""
    return current.set(_with(current.get(), {"via": via}))


def end_via(token: "Token[RequestContext] | None") -> None:
    """What was before `begin_via`."""
    if token is not None:
        current.reset(token)


def via_of_command(argv: list[str]) -> str:
    """``command:<name>`` when the process is one of the portal's commands; arguments are not looked at.

    >>> via_of_command(["manage.py", "create_key", "--purpose", "field"]), via_of_command(["pytest"])
    ('command:create_key', '')
    """
    if len(argv) < 2 or PurePath(argv[0]).name not in {"manage.py", "django-admin"}:
        return ""
    return f"command:{argv[1]}" if _COMMAND.fullmatch(argv[1]) else ""


@contextmanager
def acting(**changes: str) -> Iterator[None]:
    """Within the block, what is recorded carries these fields too: ``with acting(via="task:registry.sweep"):``."""
    token = current.set(_with(current.get(), changes))
    try:
        yield
    finally:
        current.reset(token)


def network_of(address: str) -> str:
    """The /24 (IPv4) or /48 (IPv6) network of an address; empty text for none."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((parsed, 24 if parsed.version == 4 else 48), strict=False))
