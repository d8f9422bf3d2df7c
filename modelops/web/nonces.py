"""The nonce of a page: every script element that a template of the house writes carries it, and no other one runs.

The mark is set where templates are read from disk, once a process. So it stands in templates of Django and of
packages too, and never on anything that a value brings into a page: markup that somebody smuggles in has no nonce.
"""

import re
import secrets
from contextvars import ContextVar, Token
from typing import Any

from django import template
from django.forms import Media
from django.template import Origin
from django.template.loaders import app_directories, filesystem
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


class Nonce:
    """Made when it is first asked for: most answers hold no script."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = ""

    def ask(self) -> str:
        """128 random bits for one answer."""
        self.value = self.value or secrets.token_urlsafe(16)
        return self.value


_current: ContextVar[Nonce | None] = ContextVar("csp_nonce", default=None)


def begin() -> Token[Nonce | None]:
    """From here to `end`, templates belong to one answer."""
    return _current.set(Nonce())


def used() -> str:
    """The nonce of this answer; empty when nothing in it asked for one."""
    nonce = _current.get()
    return nonce.value if nonce else ""


def end(token: Token[Nonce | None]) -> None:
    """What was before `begin`."""
    _current.reset(token)


@register.simple_tag
def csp_nonce() -> str:
    """The nonce of this answer; empty outside of one, where the element then does not run."""
    nonce = _current.get()
    return nonce.ask() if nonce else ""


@register.filter
def nonced(media: Any) -> SafeString:
    """The assets of a form or an admin page, which the program names and not a value, with the nonce."""
    if not isinstance(media, Media):
        return format_html("{}", media)
    value = csp_nonce()
    return mark_safe(media.render().replace("<script ", f'<script nonce="{value}" '))  # noqa: S308  paths are escaped


_SCRIPT = re.compile(r"<script(?=[\s>])(?![^>]*\bnonce=)")
_MEDIA = re.compile(r"\{\{\s*((?:\w+\.)*media(?:\.js)?)\s*\}\}")


def marked(source: str) -> str:
    """The source of a template with a nonce on each script element.

    >>> marked('<script src="x.js"></script>{{ form.media }}')
    '<script nonce="{% csp_nonce %}" src="x.js"></script>{{ form.media|nonced }}'
    """
    return _MEDIA.sub(r"{{ \1|nonced }}", _SCRIPT.sub('<script nonce="{% csp_nonce %}"', source))


class FolderTemplates(filesystem.Loader):
    """The house's own templates."""

    def get_contents(self, origin: Origin) -> str:
        """The marked source."""
        return marked(super().get_contents(origin))


class AppTemplates(app_directories.Loader):
    """Templates of Django and of packages."""

    def get_contents(self, origin: Origin) -> str:
        """The marked source."""
        return marked(super().get_contents(origin))


LOADERS = tuple(f"{__name__}.{loader.__name__}" for loader in (FolderTemplates, AppTemplates))
