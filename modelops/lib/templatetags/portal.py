"""Template tags of the portal's patterns; the catalogue with examples is docs/reference/design.md."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from modelops.lib import assets
from modelops.lib.reachable import may_open
from modelops.lib.states import Look, look_of, words_of

register = template.Library()

MODEL_ICONS = {
    "User": "user",
    "Group": "users",
    "Invitation": "mail",
    "Session": "device",
    "TOTPDevice": "device",
    "ApiKey": "key",
    "RefreshToken": "key",
    "AuditEvent": "audit",
    "SubjectRequest": "scale",
    "SubjectBundle": "file",
    "RegisteredModel": "model",
    "ModelVersion": "version",
    "Artifact": "lock",
    "StorageLocation": "dataset",
    "Reconciliation": "check",
    "ForeignFile": "warning",
    "Dataset": "dataset",
    "DatasetVersion": "version",
    "Grant": "users",
    "QualityRun": "quality",
    "QualityIssue": "warning",
    "DriftRun": "drift",
    "DriftFeature": "drift",
    "Alert": "alert",
    "AlertChannel": "webhook",
    "AlertDelivery": "mail",
    "Job": "job",
    "Key": "key",
    "KeyVersion": "key",
    "StoredSecret": "lock",
    "TrustedKey": "key",
    "SigningPolicy": "scale",
    "VersionSignature": "passed",
    "Alias": "tag",
    "Variant": "file",
    "AliasChange": "tag",
    "AliasPeriod": "clock",
    "Promotion": "up",
    "PromotionApproval": "passed",
    "PromotionPolicy": "scale",
}

ENVIRONMENT_TONES = {"production": "bad", "test": "warn", "development": "info"}
SIGN_TONES = {"debug": "quiet", "info": "info", "success": "good", "warning": "warn", "error": "bad"}
TONE_ICONS = {
    "quiet": "info",
    "info": "info",
    "good": "passed",
    "warn": "warning",
    "bad": "failed",
    "critical": "critical",
}


@register.simple_tag
def icon(name: str, label: str = "", size: str = "") -> SafeString:
    """The icon ``name``; without a ``label`` it is decoration and hidden from screen readers."""
    css = f"icon icon-{size}" if size else "icon"
    source = f"{assets.address('img/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="{}" role="img" aria-label="{}"><use href="{}"></use></svg>', css, label, source)
    return format_html('<svg class="{}" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', css, source)


@register.simple_tag
def asset(path: str) -> str:
    """The address of a static file, which changes with its content."""
    return assets.address(path)


@register.simple_tag
def nav_url(name: str, *args: object) -> str:
    """The address of the route ``name``, or nothing when this portal has no such route."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@register.filter
def for_whom(address: str, request: HttpRequest) -> str:
    """The address where whoever asks may open it; nothing where it would be refused."""
    return address if address and may_open(request, address) else ""


@register.inclusion_tag("patterns/nav_item.html", takes_context=True)
def nav_item(
    context: template.Context, name: str, label: str, icon_name: str, count: int | None = None, needs: str = ""
) -> dict[str, Any]:
    """One entry of the main navigation; it knows by itself whether the present page lies under it.

    It stays away from whoever lacks the permission that the page ``needs``.
    """
    request = context.get("request")
    user = getattr(request, "user", None)
    url = nav_url(name) if not needs or (user is not None and user.has_perm(needs)) else ""
    path = request.path if request else ""
    current = bool(url) and (path == url if url == "/" else path.startswith(url))
    return {"url": url, "label": label, "icon_name": icon_name, "count": count, "current": current}


@register.simple_tag
def environment_badge() -> SafeString:
    """A badge that says which installation this is, so that nobody acts on production by mistake."""
    tone = ENVIRONMENT_TONES.get(settings.MODELOPS_ENV, "warn")
    label = settings.MODELOPS_ENVIRONMENT_LABEL.capitalize()
    return format_html('<span class="environment tone-{}" title="Environment">{}</span>', tone, label)


@register.simple_tag
def state(value: object, label: str = "") -> SafeString:
    """A pill for a state: icon, words and the colour of its tone."""
    return _pill(look_of(value), label or words_of(value))


@register.simple_tag
def severity(value: object, label: str = "") -> SafeString:
    """A pill for a severity (critical, high, medium, low, info)."""
    return _pill(look_of(value), label or words_of(value), "pill pill-severity")


@register.simple_tag
def pill(label: str, tone: str = "quiet", icon_name: str = "") -> SafeString:
    """A pill with words and a tone of your own; prefer ``state`` and ``severity``."""
    return _pill(Look(tone, icon_name or TONE_ICONS.get(tone, "dot")), label)


@register.simple_tag
def crumb(label: str, url: str = "") -> SafeString:
    """One step of the breadcrumb; the last one has no address."""
    if url:
        return format_html('<li><a href="{}">{}</a></li>', url, label)
    return format_html('<li aria-current="page">{}</li>', label)


@register.simple_tag
def tab(label: str, url: str, current: object = False, count: object = None) -> SafeString:
    """One tab link; tabs are pages with an address, so they work without JavaScript."""
    badge = format_html(' <span class="count">{}</span>', count) if count is not None else ""
    mark = SafeString(' aria-current="page"') if current else ""
    return format_html('<a class="tab" href="{}"{}>{}{}</a>', url, mark, label, badge)


@register.simple_tag
def when(moment: datetime | None, absent: str = "never") -> SafeString:
    """A moment in words with the exact UTC time in the title; print shows the exact time."""
    if moment is None:
        return format_html('<span class="faint">{}</span>', absent)
    utc = moment.astimezone(tz=timezone.get_default_timezone())
    exact = utc.strftime("%Y-%m-%d %H:%M:%S UTC")
    return format_html(
        '<time datetime="{}" title="{}" data-exact="{}">{}</time>', utc.isoformat(), exact, exact, in_words(moment)
    )


@register.simple_tag
def duration(start: datetime | None, end: datetime | None = None) -> str:
    """How long something took, or has been running, in the largest two units."""
    if start is None:
        return "–"
    return _length((end or timezone.now()) - start)


@register.simple_tag
def copyable(value: object, shown: str = "", label: str = "") -> SafeString:
    """A value in monospace with a button that copies all of it, also when ``shown`` is only its beginning."""
    text = str(value)
    return format_html(
        '<span class="copyable"><code title="{}">{}</code><button type="button" class="copy" data-copy="{}" '
        'aria-label="Copy {}">{}</button></span>',
        text,
        shown or text,
        text,
        label or "value",
        icon("copy"),
    )


@register.simple_tag
def digest(value: str, label: str = "digest") -> SafeString:
    """A hexadecimal digest: the first twelve digits shown, all of them copied."""
    return copyable(value, f"{value[:12]}…" if len(value) > 16 else value, label)


@register.inclusion_tag("patterns/field.html")
def field(bound: Any, label: str = "") -> dict[str, Any]:
    """A form field with label, help and errors; a file field becomes a drop zone."""
    kind = getattr(bound.field.widget, "input_type", "") or bound.field.widget.__class__.__name__.lower()
    return {"field": bound, "label": label or bound.label, "kind": kind, "optional": not bound.field.required}


@register.inclusion_tag("patterns/job.html", takes_context=True)
def job_card(context: template.Context, job: Any, poll_url: str = "", title: str = "") -> dict[str, Any]:
    """The progress of a job; while it runs the page fetches itself anew every second, then shows the result."""
    request = context.get("request")
    finished = str(job.state) not in {"queued", "running"}
    return {
        "job": job,
        "title": title,
        "finished": finished,
        "poll_url": poll_url,
        "page_url": request.get_full_path() if request else "",
    }


@register.filter
def tone(value: object) -> str:
    """The tone of a state, for a class name: ``tone-{{ run.state|tone }}``."""
    return look_of(value).tone


@register.filter
def message_tone(message: Any) -> str:
    """The tone of a message of Django's messages framework."""
    return SIGN_TONES.get(message.level_tag, "info")


@register.filter
def tone_icon(value: str) -> str:
    """The icon that belongs to a tone."""
    return TONE_ICONS.get(value, "info")


@register.filter
def model_icon(object_name: str) -> str:
    """The icon of a model in the admin, by the name of its class."""
    return MODEL_ICONS.get(str(object_name), "file")


@register.filter
def plain_words(name: str) -> str:
    """A dotted or underscored name as people say it: "quality.run" becomes "Quality run"."""
    return str(name).replace(".", " ").replace("_", " ").strip().capitalize()


@register.filter
def initials(name: str) -> str:
    """Up to two letters that stand for a name in the account menu."""
    words = [word for word in str(name).replace(".", " ").replace("_", " ").replace("@", " ").split() if word]
    return "".join(word[0] for word in words[:2]).upper() or "?"


def in_words(moment: datetime, now: datetime | None = None) -> str:
    """A moment as people say it: "3 min ago", "in 2 days", and a plain date beyond a month."""
    gap = (now or timezone.now()) - moment
    seconds = abs(gap.total_seconds())
    if seconds < 10:
        return "just now"
    if seconds >= 30 * 86400:
        return moment.astimezone(tz=timezone.get_default_timezone()).strftime("%-d %b %Y")
    for size, unit in ((86400, "day"), (3600, "h"), (60, "min"), (1, "s")):
        if seconds >= size:
            number = int(seconds / size + (0 if gap.total_seconds() > 0 else 0.5))
            words = f"{number} {unit}{'s' if unit == 'day' and number > 1 else ''}"
            return f"{words} ago" if gap.total_seconds() > 0 else f"in {words}"
    return "just now"


def _length(span: timedelta) -> str:
    seconds = span.total_seconds()
    if seconds < 1:
        return f"{max(0, round(seconds * 1000))} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 48 else f"{hours // 24} days {hours % 24} h"


def _pill(shape: Look, label: str, css: str = "pill") -> SafeString:
    return format_html('<span class="{} tone-{}">{}<span>{}</span></span>', css, shape.tone, icon(shape.icon), label)
