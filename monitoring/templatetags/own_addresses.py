"""Addresses of this portal in the text of an alert, as links."""

import re

from django import template
from django.conf import settings
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import normalize_newlines

register = template.Library()
_WORDS = re.compile(r"(\s+)")


@register.filter
def with_own_links(text: str) -> SafeString:
    """``text`` in paragraphs; a word that is an address of this portal is a link.

    Other addresses stay text: an alert names objects, and people choose their names.
    """
    start = f"{settings.MODELOPS_BASE_URL.rstrip('/')}/"
    html = SafeString("")
    for line in normalize_newlines(text).split("\n"):
        if line.strip():
            html += format_html(
                "<p>{}</p>", format_html_join("", "{}", ((_linked(word, start),) for word in _WORDS.split(line)))
            )
    return html


def _linked(word: str, start: str) -> SafeString:
    if word.startswith(start):
        return format_html('<a href="{}">{}</a>', word, word)
    return conditional_escape(word)
