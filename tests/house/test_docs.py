"""The documents say what the code does."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_every_setting_is_documented() -> None:
    source = "".join(path.read_text() for path in (ROOT / "modelops").glob("*.py"))
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', source)) | set(
        re.findall(r'environ(?:\.get)?[\[(]"([A-Z_]+)"', source)
    )
    page = (ROOT / "docs/reference/settings.md").read_text()
    documented = set(re.findall(r"`([A-Z][A-Z_]+)`", page))
    assert len(read) > 20
    assert read - documented == set()


def test_every_dependency_has_its_reason() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    block = project[project.index("dependencies = [") : project.index("[tool.setuptools]")]
    names = set(re.findall(r'"([a-z][a-z0-9-]*)', block))
    page = (ROOT / "docs/explanation/dependencies.md").read_text()
    missing = {name for name in names if not re.search(rf"\b{re.escape(name)}\b", page)}
    assert missing == set()


@pytest.mark.parametrize(
    "page", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md")), ids=lambda p: p.name
)
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    """S3-67."""
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_repository_names_no_machine() -> None:
    """Documents and code speak of the product alone."""
    texts = [path for suffix in ("py", "md", "html", "css", "toml") for path in ROOT.rglob(f"*.{suffix}")]
    words = ("/root/", "/tmp/brief", "files.pythonhosted")
    own = Path(__file__).resolve()
    found = [
        str(path.relative_to(ROOT))
        for path in texts
        if ".venv" not in path.parts and path != own and any(word in path.read_text() for word in words)
    ]
    assert [path for path in found if not path.startswith("tests/embedded")] == []


def test_every_check_on_the_page_of_cis_items_exists() -> None:
    """S2-74: the page maps our checks to sections for PostgreSQL and Docker, and names none that is not there."""
    from modelops.lib.posture import controls

    page = (ROOT / "docs/reference/cis.md").read_text()
    assert {"## PostgreSQL", "## Docker"} <= set(page.splitlines())
    named = set(re.findall(r"`((?:ledger|transit|columns|escrow|subjects|deploy)\.[a-z_]+)`", page))
    assert len(named) >= 10
    assert named <= {one.key for one in controls()}
    assert "modelops.E080" in page
