"""From what a person or pipeline wrote to the settings of one channel, and back to what may be shown."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from modelops.lib.errors import Invalid

from .base import Channel, Field, refuse

MAX_RECIPIENTS = 20


def clean(kind: type[Channel], given: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of ``kind`` in their stored form; raises Invalid that names the setting at fault."""
    return clean_fields(kind.fields, given)


def clean_fields(
    fields: tuple[Field, ...], given: Mapping[str, Any], *, code: str = "channel.invalid", start: str = "config"
) -> dict[str, Any]:
    """Values for declared fields in their stored form; refusals have ``code`` and name ``start.field``."""
    try:
        return _clean(fields, given)
    except Invalid as refusal:
        name = (refusal.field or "").removeprefix("config.")
        raise Invalid(refusal.message, code=code, field=f"{start}.{name}") from None


def _clean(fields: tuple[Field, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise refuse("", "Settings are an object of names and values.")
    known = {name for one in fields for name in (one.name, *one.aliases)}
    for name in given:
        if name not in known:
            allowed = ", ".join(one.name for one in fields)
            raise refuse(str(name)[:50], f"There is no such setting for this kind; it has: {allowed}.")
    cleaned: dict[str, Any] = {}
    for one in fields:
        value = next(
            (given[name] for name in (one.name, *one.aliases) if given.get(name) not in (None, "")), one.default
        )
        if value in (None, "", []):
            if one.required:
                raise refuse(one.name, f"{one.label} is missing. {one.help}".strip())
            continue
        cleaned[one.name] = _value(one, value)
    return cleaned


def _value(one: Field, value: Any) -> Any:
    if one.kind == "addresses":
        return _addresses(one, value)
    if one.kind == "integer":
        return _integer(one, value)
    if not isinstance(value, str):
        raise refuse(one.name, f"{one.label} must be text.")
    if len(value) > one.max_length:
        raise refuse(one.name, f"{one.label} has {len(value)} characters; at most {one.max_length} are allowed.")
    # Line breaks would let one setting write a second header.
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in value):
        raise refuse(one.name, f"{one.label} holds a line break or another control character; remove it.")
    if one.kind == "address":
        return _addresses(one, [value])[0]
    if one.kind == "choice" and value not in dict(one.choices):
        raise refuse(one.name, f"{one.label} must be one of: {', '.join(key for key, _ in one.choices)}.")
    return value


def _integer(one: Field, value: Any) -> int:
    try:
        number = int(value) if not isinstance(value, bool | float) else None
    except (TypeError, ValueError):
        number = None
    if number is None or not 1 <= number <= 65535:
        raise refuse(one.name, f"{one.label} must be a whole number from 1 to 65535.")
    return number


def _addresses(one: Field, value: Any) -> list[str]:
    parts = value.replace(";", ",").split(",") if isinstance(value, str) else value
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise refuse(one.name, f"{one.label} must be a list of e-mail addresses.")
    addresses = list(dict.fromkeys(part.strip(" ") for part in parts if part.strip(" ")))
    if not 1 <= len(addresses) <= MAX_RECIPIENTS:
        raise refuse(one.name, f"{one.label} needs 1 to {MAX_RECIPIENTS} e-mail addresses; {len(addresses)} are given.")
    for number, address in enumerate(addresses, start=1):
        try:
            validate_email(address)
        except ValidationError:
            raise refuse(one.name, f"{one.label}: entry {number} is no e-mail address like name@example.com.") from None
    return addresses


def shown(kind: type[Channel], config: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as they may leave the portal: a secret is only "set" or "not set"."""
    return {
        one.name: ("set" if config.get(one.name) else "not set") if one.secret else config.get(one.name)
        for one in kind.fields
    }
