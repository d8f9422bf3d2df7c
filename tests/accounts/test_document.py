"""The document about accounts says what the code does."""

import re
from pathlib import Path

from accounts.roles import ROLES

PAGE = (Path(__file__).resolve().parents[2] / "docs/howto/accounts-and-keys.md").read_text()
SOURCES = Path(__file__).resolve().parents[2] / "accounts"


def test_every_role_is_described() -> None:
    table = PAGE.split("| role |")[1].split("\n\n")[0]
    assert re.findall(r"^\| ([A-Z][A-Za-z ]+?) \|", table, re.MULTILINE) == list(ROLES)


def test_every_refusal_of_a_credential_is_described() -> None:
    code = "".join(path.read_text() for path in SOURCES.rglob("*.py"))
    raised = set(re.findall(r'"(login\.[a-z_]+|auth\.(?:key|token|account|malformed)[a-z_]*)"', code))
    described = set(re.findall(r"`((?:auth|login)\.[a-z_]+)`", PAGE))
    assert len(raised) > 6
    assert described == raised | {"auth.required"}
