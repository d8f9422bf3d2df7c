"""A score of 0 to 100 as a ring or as a bar beside its number."""

import math
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

# A data set is called good from 90 on because one value in ten that is missing or wrong is felt in every model.
GRADES = ((90.0, "good", "Good"), (70.0, "warn", "Fair"), (0.0, "bad", "Poor"))


def grade(value: float) -> tuple[str, str]:
    """Tone and word for a score."""
    return next(((tone, word) for limit, tone, word in GRADES if value >= limit), ("bad", "Poor"))


def score_bar(value: Any) -> SafeString:
    """The score as number and bar; a dash when there is none."""
    number = _score(value)
    if number is None:
        return mark_safe('<span class="faint">–</span>')
    tone, word = grade(number)
    return format_html(
        '<span class="score tone-{}" title="{}"><svg aria-hidden="true"><rect class="score-track" width="100%" '
        'height="6" rx="3"/><rect class="score-bar" width="{}%" height="6" rx="3"/></svg><strong>{}</strong></span>',
        tone,
        word,
        f"{number:.1f}",
        _written(number),
    )


def score_ring(value: Any, label: str = "Score") -> SafeString:
    """The score as a ring with the number inside and its grade below."""
    number = _score(value)
    tone, word = grade(number) if number is not None else ("quiet", "Not known")
    return format_html(
        '<figure class="ring tone-{}"><svg viewBox="0 0 120 120" role="img" aria-label="{}: {} of 100, {}">'
        '<circle class="ring-track" cx="60" cy="60" r="50" pathLength="100"/>'
        '<circle class="ring-value" cx="60" cy="60" r="50" pathLength="100" stroke-dasharray="{} 100" '
        'transform="rotate(-90 60 60)"/><text class="ring-number" x="60" y="61" text-anchor="middle" '
        'dominant-baseline="middle">{}</text></svg><figcaption><span class="muted">{}</span><strong>{}</strong>'
        "</figcaption></figure>",
        tone,
        label,
        _written(number) if number is not None else "not known",
        word,
        f"{number or 0:.2f}",
        _written(number) if number is not None else "–",
        label,
        word,
    )


def _score(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return min(100.0, max(0.0, number)) if math.isfinite(number) else None


def _written(number: float) -> str:
    """One decimal; what is not quite a hundred never reads as a hundred."""
    return f"{min(number, 99.9):.1f}" if number < 100 else "100"
