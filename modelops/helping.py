"""Help within the administration: the how-to pages of the documentation, and which section belongs to which page."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import Resolver404, resolve, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import slugify

from registry.cards.markdown import render

_HEADING: Final = re.compile(r"^## +(.+)$", re.MULTILINE)
_ITEM: Final = re.compile(r"\s*(?:[-*]|[0-9]{1,4}[.)]) +")
_CELL: Final = re.compile(r"(?<!\\)\|")
_LINK: Final = re.compile(r"\[([^\[\]\n]+)\]\((?!https?://)[^)\n]*\)")

# By the label of the app whose objects a page shows.
_OF_APPS: Final = {
    "access": "accounts-and-keys", "accounts": "accounts-and-keys", "recovering": "accounts-and-keys",
    "auth": "accounts-and-keys", "workload": "pipelines-without-a-secret",
    "audit": "audit-log", "audit_streaming": "stream-the-audit-log",
    "crypto": "keys", "keys": "rotate-keys", "escrow": "keys", "secret_store": "secrets",
    "subjects": "answer-a-data-subject-request", "registers": "registers-and-evidence",
    "reviews": "registers-and-evidence", "detections": "registers-and-evidence", "retention": "registers-and-evidence",
    "registry": "upload", "bundles": "bundles", "cards": "model-cards", "endpoints": "deployment-endpoints",
    "external": "bundles", "grants": "model-access", "locations": "storage-locations", "promotion": "promotion",
    "aliases": "promotion", "provenance": "bundles", "scanning": "scan-files", "signing": "signatures",
    "variants": "variants", "dataquality": "describe-a-dataset", "monitoring": "alerts", "monitors": "drift-monitors",
    "labels": "find-and-compare", "sources": "upload", "jobs": "run",
}  # fmt: skip
# By the name of a page that belongs to no app.
_OF_PAGES: Final = {
    "index": "registers-and-evidence", "posture": "registers-and-evidence", "evidence": "registers-and-evidence",
    "checklist": "registers-and-evidence", "evidence-import": "registers-and-evidence",
    "evidence-catalogue": "registers-and-evidence", "ledger": "audit-log", "system": "run", "app_list": "run",
}  # fmt: skip
ELSEWHERE: Final = "run"


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a how-to page under its heading; the first has none."""

    anchor: str
    heading: str
    body: SafeString


def help_url(path: str) -> str:
    """Where the help about an administration page is."""
    try:
        name = resolve(path).url_name or ""
    except Resolver404:
        name = ""
    page = _OF_PAGES.get(name) or next(
        (
            page
            for label, page in sorted(_OF_APPS.items(), key=lambda one: -len(one[0]))
            if name.startswith(f"{label}_")
        ),
        ELSEWHERE,
    )
    return reverse("admin:help", args=[page])


def help_page(request: HttpRequest, page: str) -> HttpResponse:
    """One how-to of the documentation as it came with this release."""
    if page not in pages():
        raise Http404
    title, sections = _read(page)
    others = [(name, _read(name)[0]) for name in pages()]
    context = {**admin.site.each_context(request), "title": title, "sections": sections, "others": others, "at": page}
    return TemplateResponse(request, "admin/help.html", context)


@lru_cache(maxsize=1)
def pages() -> tuple[str, ...]:
    """The names of all how-to pages."""
    return tuple(sorted(path.stem for path in (settings.BASE_DIR / "docs/howto").glob("*.md")))


@lru_cache(maxsize=64)
def _read(page: str) -> tuple[str, list[Section]]:
    text = (settings.BASE_DIR / "docs/howto" / f"{page}.md").read_text(encoding="utf-8")
    # Links between documents lead to files, which are not served here: their words stay.
    first, *rest = _HEADING.split(_LINK.sub(r"\1", text))
    title, _, introduction = first.lstrip("# ").partition("\n")
    pairs = zip(rest[::2], rest[1::2], strict=True)
    sections = [Section("", "", _shown(introduction))]
    sections += [Section(slugify(heading), heading.strip(), _shown(body)) for heading, body in pairs]
    return title.strip(), sections


def _shown(text: str) -> SafeString:
    """The text of a section: tables as such, and lines that are broken in the file as one."""
    blocks: list[tuple[str, list[str]]] = []
    fenced = False
    for line in text.strip().split("\n"):
        kind = "code" if fenced or line.startswith("```") else "table" if line.lstrip().startswith("|") else "text"
        fenced ^= line.startswith("```")
        if not blocks or blocks[-1][0] != kind:
            blocks.append((kind, []))
        lines = blocks[-1][1]
        if kind == "text" and lines and lines[-1] and line.strip() and not _ITEM.match(line):
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line.strip() if kind == "text" else line)
    shown = [_table(lines) if kind == "table" else render("\n".join(lines)) for kind, lines in blocks]
    return format_html_join("\n", "{}", ((one,) for one in shown))


def _table(lines: list[str]) -> SafeString:
    rows = [[cell.strip() for cell in _CELL.split(line.strip().strip("|"))] for line in lines]
    head = format_html_join("", '<th scope="col">{}</th>', ((cell,) for cell in rows[0]))
    body = format_html_join(
        "",
        "<tr>{}</tr>",
        ((format_html_join("", "<td>{}</td>", ((render(cell),) for cell in row)),) for row in rows[2:]),
    )
    return format_html(
        '<div class="table-wrap"><table class="table"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>',
        head,
        body,
    )
