"""A few marks of Markdown as HTML. Everything is escaped; only what is listed here becomes an element.

Paragraphs, headings (shown one size for all), lists, **strong**, *emphasis*, `code`, fenced code, and links to http and
https. Raw HTML, images and any other address stay the text that they are.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

# Each alternative is bounded or ends at the first character that cannot be in it: no text makes this slow.
_INLINE: Final = re.compile(
    r"`(?P<code>[^`\n]{1,500})`"
    r"|\*\*(?P<strong>[^*\n]{1,500})\*\*"
    r"|\*(?P<em>[^*\s][^*\n]{0,500})\*"
    r"|\[(?P<label>[^\[\]\n]{1,300})\]\((?P<address>https?://[^\s()<>\"]{1,1000})\)"
)
_BULLET: Final = re.compile(r"[-*] +(?P<text>.*)")
_NUMBERED: Final = re.compile(r"[0-9]{1,4}[.)] +(?P<text>.*)")
_HEADING: Final = re.compile(r"#{1,6} +(?P<text>.*)")
_FENCE: Final = "```"


def render(text: str) -> SafeString:
    """``text`` as HTML.

    >>> render("**Not** for <b>x</b>")
    '<p><strong>Not</strong> for &lt;b&gt;x&lt;/b&gt;</p>'
    >>> render("[x](javascript:alert(1))")
    '<p>[x](javascript:alert(1))</p>'
    """
    return format_html_join("\n", "{}", ((block,) for block in _blocks(text.split("\n"))))


def _blocks(lines: list[str]) -> Iterator[SafeString]:
    at = 0
    while at < len(lines):
        line = lines[at].strip()
        if not line:
            at += 1
        elif line.startswith(_FENCE):
            end = next((i for i in range(at + 1, len(lines)) if lines[i].strip() == _FENCE), len(lines))
            yield format_html("<pre><code>{}</code></pre>", "\n".join(lines[at + 1 : end]))
            at = end + 1
        elif found := _HEADING.fullmatch(line):
            yield format_html("<p><strong>{}</strong></p>", _inline(found["text"]))
            at += 1
        elif pattern := _list_of(line):
            end = _while(lines, at, partial(_is_item, pattern))
            items = (pattern.sub(r"\g<text>", one.strip()) for one in lines[at:end])
            body = format_html_join("", "<li>{}</li>", ((_inline(item),) for item in items))
            yield format_html("<ul>{}</ul>" if pattern is _BULLET else "<ol>{}</ol>", body)
            at = end
        else:
            end = _while(lines, at, _is_prose)
            yield format_html("<p>{}</p>", format_html_join(mark_safe("<br>"), "{}", _each(lines[at:end])))
            at = end


def _list_of(line: str) -> re.Pattern[str] | None:
    return next((pattern for pattern in (_BULLET, _NUMBERED) if pattern.fullmatch(line)), None)


def _is_prose(line: str) -> bool:
    return bool(line) and not line.startswith(_FENCE) and not _list_of(line) and not _HEADING.fullmatch(line)


def _is_item(pattern: re.Pattern[str], line: str) -> bool:
    return pattern.fullmatch(line) is not None


def _while(lines: list[str], start: int, holds: Callable[[str], bool]) -> int:
    end = start + 1
    while end < len(lines) and holds(lines[end].strip()):
        end += 1
    return end


def _each(lines: list[str]) -> Iterator[tuple[SafeString]]:
    return ((_inline(line.strip()),) for line in lines)


def _inline(text: str) -> SafeString:
    parts: list[SafeString] = []
    at = 0
    for found in _INLINE.finditer(text):
        parts.append(format_html("{}", text[at : found.start()]))
        parts.append(_marked(found))
        at = found.end()
    parts.append(format_html("{}", text[at:]))
    return format_html_join("", "{}", ((part,) for part in parts))


def _marked(found: re.Match[str]) -> SafeString:
    if found["code"] is not None:
        return format_html("<code>{}</code>", found["code"])
    if found["strong"] is not None:
        return format_html("<strong>{}</strong>", found["strong"])
    if found["em"] is not None:
        return format_html("<em>{}</em>", found["em"])
    return format_html('<a href="{}" rel="noopener noreferrer nofollow">{}</a>', found["address"], found["label"])
