"""Codes after RFC 6238."""

import pytest

from accounts import totp

SEED = b"12345678901234567890"


@pytest.mark.parametrize(
    ("timestamp", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_equal_the_vectors_of_rfc_6238(timestamp: int, code: str) -> None:
    """S3-11: appendix B, SHA-1, eight digits; six digits are their end."""
    assert totp.hotp(SEED, totp.step_at(timestamp), digits=8) == code
    assert totp.code_at(SEED, timestamp) == code[2:]
    assert totp.matching_step(SEED, code[2:], timestamp) == timestamp // 30


@pytest.mark.parametrize(("steps", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_counts_one_step_before_and_after(steps: int, accepted: bool) -> None:
    """S3-14: ± 1 step."""
    now = 1_700_000_000
    code = totp.code_at(SEED, now + 30 * steps)
    assert (totp.matching_step(SEED, code, now) is not None) is accepted


@pytest.mark.parametrize("typed", ["", " 94287", "+94287", "9428_7", "942870820", "٩٤٢٨٧٠", "abcdef"])
def test_only_six_ascii_digits_are_a_code(typed: str) -> None:
    assert totp.matching_step(SEED, typed, 59) is None


def test_the_uri_carries_issuer_account_and_seed() -> None:
    """S3-12."""
    uri = totp.otpauth_uri(SEED, account="scientist", issuer="ModelOps portal")
    assert uri == (
        "otpauth://totp/ModelOps%20portal%3Ascientist?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=ModelOps%20portal"
    )
