"""Time-based one-time passwords: RFC 6238 over RFC 4226, with the parameters that every authenticator app knows.

SHA-1, six digits and 30 seconds are the defaults of the otpauth URI; several widespread apps ignore other values in
silence and show wrong codes. HMAC-SHA-1 is not affected by the collisions of SHA-1.
"""

import base64
import hmac
import secrets
from urllib.parse import quote, urlencode

STEP_S = 30
DIGITS = 6
WINDOW = 1  # steps before and after now, for clocks that differ and people who type slowly (RFC 6238, section 5.2)
SEED_BYTES = 20  # RFC 4226, section 4, R6: 160 bits


def new_seed() -> bytes:
    """160 random bits."""
    return secrets.token_bytes(SEED_BYTES)


def hotp(seed: bytes, counter: int, digits: int = DIGITS) -> str:
    """The code for ``counter`` (RFC 4226, section 5.3), with leading zeros."""
    mac = hmac.digest(seed, counter.to_bytes(8, "big"), "sha1")
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def step_at(timestamp: float) -> int:
    """The number of the 30-second step at a Unix time."""
    return int(timestamp // STEP_S)


def code_at(seed: bytes, timestamp: float) -> str:
    """The code that an authenticator app shows at a Unix time."""
    return hotp(seed, step_at(timestamp))


def matching_step(seed: bytes, code: str, timestamp: float) -> int | None:
    """The step within the window whose code is ``code``, or None.

    Takes exactly six ASCII digits: ``int()`` would also take signs, spaces, underscores and digits of other scripts.
    All steps are compared, in constant time each, so that the duration tells nothing.
    """
    if len(code) != DIGITS or not (code.isascii() and code.isdigit()):
        return None
    now = step_at(timestamp)
    found = None
    for step in range(now - WINDOW, now + WINDOW + 1):
        if step >= 0 and hmac.compare_digest(hotp(seed, step), code):
            found = step
    return found


def base32(seed: bytes) -> str:
    """The seed as people type it into an app: base 32 without padding."""
    return base64.b32encode(seed).decode().rstrip("=")


def otpauth_uri(seed: bytes, *, account: str, issuer: str) -> str:
    """The URI that the QR code carries."""
    label = quote(f"{issuer}:{account}", safe="")
    query = urlencode({"secret": base32(seed), "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{label}?{query}"
