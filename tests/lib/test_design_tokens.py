"""The palette is readable in both themes, and templates hold nothing that the policy or the palette forbids."""

import hashlib
import re
from pathlib import Path

import pytest

from modelops.lib.states import LOOKS
from modelops.lib.templatetags.portal import MODEL_ICONS, TONE_ICONS

ROOT = Path(__file__).resolve().parents[2]
TOKENS = (ROOT / "static/css/tokens.css").read_text()
SHEETS = sorted((ROOT / "static/css").glob("*.css"))
# Documents that leave the portal carry their style with them: mails, and the bundle that a data subject is given.
LEAVING = {"alert_mail.html", "bundle.html"}
TEMPLATES = [
    path
    for path in sorted((ROOT / "templates").rglob("*.html"))
    if path.name not in LEAVING and "mail" not in path.parent.name
]
ICONS = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/img/icons.svg").read_text()))
TONES = ("quiet", "good", "warn", "bad", "info", "critical")


def token(name: str, theme: int) -> str:
    """A colour of tokens.css; theme 0 is light, 1 is dark."""
    value = re.search(rf"--{name}: ([^;]+);", TOKENS)
    assert value, name
    colours = re.findall(r"#[0-9a-f]{6}", value[1])
    return colours[theme] if len(colours) == 2 else colours[0]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """The contrast ratio of the Web Content Accessibility Guidelines 2.2."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_itself_is_right() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


TEXT_PAIRS = [
    *((text, ground) for text in ("text", "text-muted", "text-faint") for ground in (
        "canvas", "surface", "surface-raised", "surface-sunken", "surface-hover")),
    ("accent-text", "surface"), ("accent-text", "accent-soft"), ("accent-text", "canvas"), ("text-on-accent", "accent"),
    ("text-on-accent", "accent-hover"),
    *((f"{tone}-text", f"{tone}-soft") for tone in TONES), *((f"{tone}-text", "surface") for tone in TONES),
]  # fmt: skip
MARK_PAIRS = [
    ("line-control", "surface"), ("line-control", "surface-raised"), ("focus", "surface"), ("focus", "canvas"),
    *((f"series-{number}", "surface") for number in (1, 2, 3, 4)),
    *((tone, "surface") for tone in TONES), *((tone, f"{tone}-soft") for tone in TONES),
]  # fmt: skip


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_is_readable_on_its_ground(text: str, ground: str, theme: int) -> None:
    assert contrast(token(text, theme), token(ground, theme)) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("mark", "ground"), MARK_PAIRS)
def test_marks_and_edges_of_controls_are_seen(mark: str, ground: str, theme: int) -> None:
    assert contrast(token(mark, theme), token(ground, theme)) >= 3


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_style_sheets_use_only_names_that_exist_and_load_nothing_from_outside(path: Path) -> None:
    text = path.read_text()
    defined = set(re.findall(r"(--[\w-]+):", "".join(sheet.read_text() for sheet in SHEETS)))
    assert set(re.findall(r"var\((--[\w-]+)", text)) <= defined
    assert not re.search(r"@import|https?:|//[a-z]", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_templates_hold_no_inline_style_script_or_outside_address(path: Path) -> None:
    """S4-42: the strict policy would block each of these, so none may stand in a template."""
    text = path.read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|hx-on|hx-vals='js", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_icons_that_templates_name_exist(path: Path) -> None:
    text = path.read_text()
    named = set(re.findall(r"""\{% icon ["']([\w-]+)["']""", text)) | set(re.findall(r'\bicon="([\w-]+)"', text))
    assert named <= ICONS


def test_every_look_has_a_tone_and_an_icon_that_exist() -> None:
    assert {look.tone for look in LOOKS.values()} <= set(TONES)
    assert {look.icon for look in LOOKS.values()} | set(TONE_ICONS.values()) | set(MODEL_ICONS.values()) <= ICONS


def test_vendored_files_are_the_ones_that_the_readme_names() -> None:
    readme = (ROOT / "static/vendor/README.txt").read_text()
    digest = hashlib.sha256((ROOT / "static/vendor/htmx.min.js").read_bytes()).hexdigest()
    assert f"SHA-256: {digest}" in readme
