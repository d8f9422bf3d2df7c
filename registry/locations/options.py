"""What may be said about a location: closed lists of options and credentials for each kind, and where they lead."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from modelops.lib.errors import Invalid
from modelops.lib.outbound import ReceiverRefused, ReceiverUnreachable, is_allowed_private, parse_url, resolve

_BUCKET = re.compile(r"(?!xn--)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_CONTAINER = re.compile(r"(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9_-]{1,60}(/[A-Za-z0-9_-]{1,60}){0,5}")
_REGION = re.compile(r"[a-z0-9-]{2,40}")
_ACCOUNT = re.compile(r"[a-z0-9]{3,24}")
_TOKEN_ADDRESS = "https://oauth2.googleapis.com/token"  # noqa: S105  an address

Check = Callable[[Any], bool]


def _text(pattern: re.Pattern[str]) -> Check:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


_SHAPES: dict[str, dict[str, tuple[Check, str, bool]]] = {
    # option: (check, what is expected, whether it is required)
    "filesystem": {"folder": (lambda value: isinstance(value, str), "the absolute path of a folder", True)},
    "s3": {
        "bucket": (_text(_BUCKET), "3 to 63 lower-case letters, digits, dots and hyphens", True),
        "region": (_text(_REGION), "a region such as eu-central-1", True),
        "prefix": (_text(_PREFIX), "folders of letters, digits, _ and -, without a slash at either end", False),
        "endpoint": (lambda value: isinstance(value, str), "an https address", False),
        "virtual_host": (lambda value: isinstance(value, bool), "true or false", False),
    },
    "azure": {
        "container": (_text(_CONTAINER), "3 to 63 lower-case letters, digits and hyphens", True),
        "account": (_text(_ACCOUNT), "3 to 24 lower-case letters and digits", True),
        "prefix": (_text(_PREFIX), "folders of letters, digits, _ and -, without a slash at either end", False),
        "region": (_text(_REGION), "a region such as westeurope", False),
        "endpoint": (lambda value: isinstance(value, str), "an https address", False),
    },
    "gcs": {
        "bucket": (_text(_BUCKET), "3 to 63 lower-case letters, digits, dots and hyphens", True),
        "prefix": (_text(_PREFIX), "folders of letters, digits, _ and -, without a slash at either end", False),
        "region": (_text(_REGION), "a region such as europe-west4", False),
        "endpoint": (lambda value: isinstance(value, str), "an https address", False),
    },
}
_CREDENTIALS: dict[str, tuple[frozenset[str], ...]] = {
    "s3": (
        frozenset({"access_key_id", "secret_access_key"}),
        frozenset({"access_key_id", "secret_access_key", "session_token"}),
    ),
    "azure": (frozenset({"account_key"}), frozenset({"sas_token"})),
}


def known_options(kind: str) -> list[str]:
    """The options of a kind, the required ones first."""
    return sorted(_SHAPES.get(kind, {}), key=lambda name: not _SHAPES[kind][name][2])


def checked_options(kind: str, options: Any) -> dict[str, Any]:
    """``options`` when each is known, well-formed and leads where the portal may go. Raises Invalid otherwise."""
    shape = _SHAPES.get(kind)
    if shape is None:
        raise _refused(f"The kind {str(kind)[:40]!r} is not known; use one of {', '.join(sorted(_SHAPES))}.", "kind")
    if not isinstance(options, Mapping):
        raise _refused("The options are not a JSON object.", "options")
    given = {str(name): value for name, value in options.items() if value not in ("", None)}
    if unknown := sorted(set(given) - set(shape)):
        raise _refused(
            f"{unknown[0][:60]!r} is no option of a location of the kind {kind}; known: {', '.join(shape)}. "
            "Credentials belong into a secret.",
            "options",
        )
    for name, (is_sound, expected, is_required) in shape.items():
        if name not in given:
            if is_required:
                raise _refused(f"The option {name!r} is missing: {expected}.", "options")
        elif not is_sound(given[name]):
            raise _refused(f"The option {name!r} is {str(given[name])[:60]!r}; expected: {expected}.", "options")
    if kind == "filesystem":
        given["folder"] = str(_checked_folder(given["folder"]))
    if "endpoint" in given:
        given["endpoint"] = checked_endpoint(given["endpoint"])
    return given


def checked_endpoint(address: str) -> str:
    """``address`` when the portal may call it: https, and public unless private networks are allowed."""
    receiver = parse_url(address)
    try:
        found = resolve(receiver.host, allow_private=settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS)
    except ReceiverUnreachable as error:
        raise _refused(f"The endpoint's host cannot be found: {error}", "options") from None
    if receiver.scheme != "https" and not all(is_allowed_private(one) for one in found):
        raise ReceiverRefused(
            "The endpoint is http, which others can read and change on the way; use https.", field="options"
        )
    return address.rstrip("/")


def checked_credentials(kind: str, text: str) -> dict[str, Any]:
    """The credentials that a secret holds as JSON. Raises Invalid without repeating anything of it."""
    if kind == "filesystem":
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) and value for value in found.values()):
        raise _refused("The secret is no JSON object of texts; see docs/howto/storage-locations.md.", "secret")
    if kind == "gcs":
        is_anonymous = found == {"type": "anonymous"}
        # The key file names where tokens are fetched: anything else would send a signed request elsewhere.
        is_account = found.get("type") == "service_account" and found.get("token_uri") == _TOKEN_ADDRESS
        if not (is_anonymous or is_account):
            raise _refused(f"The secret is no service account key whose token_uri is {_TOKEN_ADDRESS}.", "secret")
    elif set(found) not in _CREDENTIALS[kind]:
        expected = " or ".join(", ".join(sorted(names)) for names in _CREDENTIALS[kind])
        raise _refused(f"The secret must hold exactly these names: {expected}.", "secret")
    return found


def _checked_folder(text: str) -> Path:
    folder = Path(text)
    roots = [Path(settings.MODELOPS_HOME) / "locations", *map(Path, settings.MODELOPS_STORAGE_ROOTS)]
    if not folder.is_absolute() or ".." in folder.parts or "\x00" in text:
        raise _refused("The folder must be an absolute path without '..'.", "options")
    for root in roots:
        if folder.is_relative_to(root) and folder != root:
            # Resolved, it must still lie there: a symbolic link on the way could lead anywhere.
            if folder.resolve() != root.resolve() / folder.relative_to(root):
                raise _refused("A part of the folder's path is a symbolic link; name the real folder.", "options")
            return folder
    raise _refused(
        f"The folder lies in none of the folders that are allowed: {', '.join(map(str, roots))}. An administrator "
        "allows others with MODELOPS_STORAGE_ROOTS.",
        "options",
    )


def _refused(message: str, field: str) -> Invalid:
    return Invalid(message, code="location.invalid", field=field)
