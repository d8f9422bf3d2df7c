"""Prompts: registered models whose versions are texts.

MLflow keeps the text in a tag. Here a version is a file that is sealed, scanned and signed, so the text becomes one;
the tag says the same and is what clients read. A text never changes: another text is another version.
"""

from collections.abc import Mapping
from functools import partial
from typing import Final

from modelops.lib.errors import Conflict
from registry.artifacts.sealed import SealedUpload, Sealing

from .refusals import InvalidValue

PLACEHOLDERS: Final = frozenset({"dummy-source", "prompt-template"})
TEXT_TAG: Final = "mlflow.prompt.text"
TYPE_TAG: Final = "_mlflow_prompt_type"
# What makes the text what it is; the others may be changed at any time.
FIXED: Final = frozenset({TEXT_TAG, TYPE_TAG})


def prompt_file(tags: Mapping[str, str]) -> tuple[str, "partial[SealedUpload]"]:
    """Path and content of the file that a prompt's tags make. Raises InvalidValue without a text."""
    text = tags.get(TEXT_TAG, "")
    if not text:
        raise InvalidValue(
            f"A version of a prompt needs its text in the tag {TEXT_TAG}. Use mlflow.genai.register_prompt.",
            code="prompt.no_text",
            field="tags",
        )
    name = "prompt.json" if tags.get(TYPE_TAG) == "chat" else "prompt.txt"
    return name, partial(_sealed, name, text)


def require_changeable(key: str, *, is_prompt: bool) -> None:
    """Raise Conflict for a tag that is the content of a version of a prompt."""
    if is_prompt and key in FIXED:
        raise Conflict(
            f"The tag {key} is the content of the prompt, and a version never changes. Register another version.",
            code="prompt.fixed",
            field="key",
        )


def _sealed(name: str, text: str) -> SealedUpload:
    sealing = Sealing(name)
    try:
        sealing.write(text.encode())
        return sealing.finish()
    except BaseException:
        sealing.discard()
        raise
