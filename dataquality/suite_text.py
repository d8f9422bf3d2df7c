"""Suites as YAML or JSON text."""

from __future__ import annotations

import json
from typing import Any

import yaml

from modelops.lib.errors import Invalid

LONGEST = 512 * 1024


class _Plain(yaml.SafeLoader):
    """YAML without anchors: nothing grows beyond the text, and nothing becomes anything but plain values."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse references to earlier parts."""
        if self.check_event(yaml.events.AliasEvent):
            raise Invalid("The text refers back with * or &; write it out.", code="suite.invalid")
        return super().compose_node(parent, index)


# A day stays the text that a rule takes.
_Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load(text: str) -> Any:
    """The document in JSON or YAML text. Raises Invalid with the line."""
    if len(text) > LONGEST:
        raise Invalid(f"The suite has {len(text):,} characters; at most {LONGEST:,} are taken.", code="suite.too_large")
    try:
        return yaml.load(text, Loader=_Plain)  # noqa: S506 - a SafeLoader that takes even less
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" It cannot be read from line {mark.line + 1} on." if mark is not None else ""
        raise Invalid(f"The text is neither JSON nor YAML.{place}", code="suite.invalid") from None


def dump(document: Any, *, as_yaml: bool) -> str:
    """The document as text that `load` reads."""
    if as_yaml:
        return str(yaml.safe_dump(document, sort_keys=False, allow_unicode=True))
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
