"""Apprise: one address for each of the many services that have no channel of their own here."""

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from modelops.lib import outbound

from .answers import judge
from .apprise_schemas import MODULES
from .base import Channel, DeliveryFailed, Field, Message, Receipt, channels, refuse

_CHILD = Path(__file__).with_name("apprise_child.py")
# The child ends itself when its seconds are over, counted from when it has loaded; this is for a machine that is too
# busy to load it.
GIVE_UP_S = 45.0
# Each takes some 60 MiB for as long as it runs.
MOST_AT_ONCE = 16
_slots = threading.BoundedSemaphore(MOST_AT_ONCE)

_TYPES = {"critical": "failure", "high": "failure", "medium": "warning", "low": "info", "info": "info"}
# They would send without looking at the certificate, read files of the server, or load settings from elsewhere.
_REFUSED_OPTIONS = frozenset({"verify", "template", "attach", "attachment", "keyfile", "config", "include", "store"})
NO_ANSWER = "No complete answer within 10 seconds."
SEND_S, CHECK_S = 10, 5


@channels.register("apprise")
class Apprise(Channel):
    """One process per message: the service's own code runs where it reaches the receiver and nothing else."""

    label = "Apprise"
    description = "Sends to one of some 160 services by the address that Apprise has for it (discord://…, gotify://…)."
    fields = (
        Field(
            "url",
            "Address",
            "As Apprise writes it for the service, for example discord://webhook-id/token. It is kept secret because "
            "such addresses hold tokens.",
            secret=True,
        ),
    )

    def check(self) -> None:
        self._module()
        given = {name.lower() for name, _ in parse_qsl(urlsplit(self.config["url"]).query, keep_blank_values=True)}
        if refused := sorted(_REFUSED_OPTIONS & {name.lstrip("+-:") for name in given}):
            raise refuse("url", f"The option {refused[0]} is not taken here; leave it out.")
        try:
            outcome = self._run(only_check=True)
        except DeliveryFailed:
            # A name server or a machine that is slow just now: left to the first delivery.
            return
        if outcome["refused"]:
            raise refuse("url", outcome["refused"])
        if not outcome["understood"]:
            raise refuse(
                "url",
                f"{self._schema()}:// does not understand the rest of the address; compare it with Apprise's page on "
                "the service.",
            )

    def destination(self) -> str:
        return f"{self._schema()}:// by Apprise"

    def secrets(self) -> list[str]:
        """Every part of the address: which of them is a token depends on the service."""
        url = self.config["url"]
        parts = urlsplit(url)
        found = [url, parts.netloc, *parts.netloc.replace("@", ":").split(":"), *parts.path.split("/")]
        found += [value for _, value in parse_qsl(parts.query)]
        return [part for part in dict.fromkeys([*found, *map(unquote, found)]) if part]

    @classmethod
    def said(cls, message: Message) -> tuple[str, str]:
        lines = [*message.lines(), message.url, *(f"{words}: {url}" for words, url in message.links)]
        title = message.own_title or f"{'OVER' if message.is_over else message.severity.upper()}: {message.headline}"
        return title, "\n".join(line for line in lines if line) or message.headline

    def send(self, message: Message) -> Receipt:
        outcome = self._run(message)
        if outcome["refused"]:
            raise DeliveryFailed(outcome["refused"], permanent=True)
        if not outcome["understood"]:
            raise DeliveryFailed("The service does not understand the address.", permanent=True)
        code = outcome["code"]
        if outcome["sent"]:
            return Receipt(code or 200, outcome["excerpt"])
        if code is None:
            raise DeliveryFailed(f"The service gave no answer ({outcome['fault'] or 'it was not called'}).")
        judge(outbound.Answer(code, outcome["excerpt"], {"retry-after": outcome["retry_after"]}))
        raise DeliveryFailed(
            "The service answered, and did not take the message.", code=code, answer=outcome["excerpt"]
        )

    def _schema(self) -> str:
        return str(self.config["url"]).partition("://")[0].lower()

    def _module(self) -> str:
        schema = self._schema()
        if schema not in MODULES or "://" not in self.config["url"]:
            shown = schema if schema.isalnum() and len(schema) <= 20 else "The beginning"
            raise refuse(
                "url",
                f"{shown} names no service that the portal calls; an address begins like discord://, and only services "
                "over HTTP are taken.",
            )
        return MODULES[schema]

    def _run(self, message: Message | None = None, *, only_check: bool = False) -> dict[str, Any]:
        """What the child says; raises DeliveryFailed when it says nothing."""
        said_title, said_body = self.said(message) if message else ("Check", "Nothing is sent.")
        said = {
            "url": self.config["url"],
            "schema": self._schema(),
            "module": self._module(),
            "allow_private": self.allow_private,
            "only_check": only_check,
            "limit_s": CHECK_S if only_check else SEND_S,
            "title": said_title,
            "body": said_body,
            "type": _type(message) if message else "info",
        }
        command = [sys.executable, "-I", "-B", str(_CHILD)]
        if not _slots.acquire(timeout=outbound.CONNECT_TIMEOUT_S):
            raise DeliveryFailed(f"{MOST_AT_ONCE} messages by Apprise are under way already.")
        try:
            # Nothing of the environment: it may name proxies, and it holds the portal's own secrets.
            done = subprocess.run(
                command, input=json.dumps(said).encode(), capture_output=True, check=False, timeout=GIVE_UP_S,
                env={"LANG": "C.UTF-8", "HOME": "/nonexistent"}, cwd="/",
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise DeliveryFailed(NO_ANSWER) from None
        finally:
            _slots.release()
        try:
            outcome: dict[str, Any] = json.loads(done.stdout)
        except ValueError:
            raise DeliveryFailed(NO_ANSWER if done.returncode < 0 else "The service's own code failed.") from None
        return outcome


def _type(message: Message) -> str:
    return "success" if message.is_over else _TYPES.get(message.severity, "info")
