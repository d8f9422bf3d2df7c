"""How MLflow calls a file of a run, a logged model or a version: a path of names, never a place on a disk."""

import re
import uuid
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import unquote

from modelops.lib.errors import Invalid
from registry.artifacts.paths import check_path

Kind = Literal["run", "logged_model", "version"]

SCHEME: Final = "mlflow-artifacts:"
_ID = re.compile(r"[0-9a-f]{32}")
_MODEL_ID = re.compile(r"m-[0-9a-f]{32}")
_NUMBER = re.compile(r"[0-9]{1,18}")
# Whoever encodes a path more often than this hides something in it.
_MOST_ENCODINGS = 4


class InvalidPath(Invalid):
    """A path that leads out of its root, or that could be read in two ways. MLflow's clients know this message."""

    code = "artifact.bad_path"

    def __init__(self) -> None:
        super().__init__("Invalid path", code=self.code, field="path")


@dataclass(frozen=True, slots=True)
class Address:
    """What owns the file, by its key, and the path inside it; "" is the root itself."""

    kind: Kind
    owner: uuid.UUID
    path: str
    experiment: str = ""


def parse(text: str) -> Address | None:
    """The address that a path of the artifact routes names; None where no owner stands at that place.

    Raises InvalidPath.
    """
    check_safe(text)
    match text.rstrip("/").split("/"):
        case ["versions", owner, "artifacts", *rest] if _ID.fullmatch(owner):
            return Address("version", uuid.UUID(owner), _inside(rest))
        case [experiment, "models", owner, "artifacts", *rest] if _is_of(experiment, owner, _MODEL_ID):
            return Address("logged_model", uuid.UUID(owner.removeprefix("m-")), _inside(rest), experiment)
        case [experiment, owner, "artifacts", *rest] if _is_of(experiment, owner, _ID):
            return Address("run", uuid.UUID(owner), _inside(rest), experiment)
    return None


def parse_uri(uri: str) -> Address | None:
    """The same for a whole "mlflow-artifacts:/…". Raises InvalidPath, and Invalid for a host or another scheme."""
    if not uri.startswith(f"{SCHEME}/") or uri.startswith(f"{SCHEME}//"):
        raise Invalid(
            f"The source {uri[:200]!r} is no place of this portal. Files are taken from runs, logged models and "
            "versions: mlflow-artifacts:/…, runs:/…, models:/….",
            code="source.elsewhere",
            field="source",
        )
    return parse(uri[len(SCHEME) + 1 :])


def run_address(run_id: str, path: str = "") -> Address | None:
    """The address of a file of a run; None where ``run_id`` is no id. Raises InvalidPath."""
    return Address("run", uuid.UUID(run_id), inside(path)) if _ID.fullmatch(run_id) else None


def model_address(model_id: str, path: str = "") -> Address | None:
    """The address of a file of a logged model; None where ``model_id`` is no id. Raises InvalidPath."""
    if not _MODEL_ID.fullmatch(model_id):
        return None
    return Address("logged_model", uuid.UUID(model_id.removeprefix("m-")), inside(path))


def check_safe(text: str) -> None:
    """Raise InvalidPath for what could lead out of the root, however often it is encoded."""
    seen = text
    for _ in range(_MOST_ENCODINGS):
        if _is_unsafe(seen):
            raise InvalidPath
        decoded = unquote(seen)
        if decoded == seen:
            return
        seen = decoded
    raise InvalidPath


def inside(path: str) -> str:
    """``path`` when it can name a file or a folder within a root; "" stays the root. Raises InvalidPath."""
    check_safe(path)
    return _inside([part for part in path.rstrip("/").split("/") if path])


def _is_of(experiment: str, owner: str, form: "re.Pattern[str]") -> bool:
    return bool(_NUMBER.fullmatch(experiment) and form.fullmatch(owner))


def _inside(parts: list[str]) -> str:
    path = "/".join(parts)
    if not path:
        return ""
    try:
        return check_path(path)
    except Invalid:
        raise InvalidPath from None


def _is_unsafe(text: str) -> bool:
    return (
        text.startswith(("/", "~", "file:"))
        or any(sign in text for sign in "\\#?\x00\r\n")
        or any(part in {".", ".."} for part in text.split("/"))
        or "//" in text
    )
