"""The document about accounts says what the code does."""

import re
from pathlib import Path

from accounts import tokens
from accounts.roles import ROLES

PAGE = (Path(__file__).resolve().parents[2] / "docs/howto/accounts-and-keys.md").read_text()
SOURCES = Path(__file__).resolve().parents[2] / "accounts"


def test_every_role_is_described() -> None:
    table = PAGE.split("| role |")[1].split("\n\n")[0]
    assert re.findall(r"^\| ([A-Z][A-Za-z ]+?) \|", table, re.MULTILINE) == list(ROLES)


def test_every_refusal_of_a_credential_is_described() -> None:
    code = "".join(path.read_text() for path in SOURCES.rglob("*.py"))
    raised = set(re.findall(r'"(login\.[a-z_]+|auth\.(?:key|token|account|malformed|credential)[a-z_]*)"', code))
    described = set(re.findall(r"`((?:auth|login)\.[a-z_]+)`", PAGE))
    for_the_ledger = {code for _, code in tokens._REASONS} | {"auth.token_kind", "auth.token_malformed"}
    assert len(raised) > 6
    assert described == raised - for_the_ledger | {"auth.required"}
