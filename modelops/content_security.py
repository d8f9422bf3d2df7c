"""What pages of the portal may load and run, where their forms may go, and who hears of an attempt at more.

An answer carries two policies, and a browser obeys both. The first lets scripts come from the portal alone; the second
runs only those that carry the nonce of this answer. Either by itself has a known way round: under the first, smuggled
markup may name a library that the portal serves for another page; under the second, markup that catches the nonce of
the element after it may name another host. An answer that holds no script (JSON, a file, an error without a page) lets
none run at all.

There is no ``unsafe-inline``, no ``unsafe-eval`` and no ``strict-dynamic``, in the admin either: its scripts are files,
and `modelops/web/nonces.py` marks them.
"""

from typing import Final

REPORTS_AT: Final = "/reports/content"

DIRECTIVES: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
    # Text becomes script nowhere; what becomes markup goes through the policy of js/trusted-types.js. The library that
    # shows the interface's document brings the other.
    "require-trusted-types-for": "'script'",
    "trusted-types": "default dompurify",
}
_REPORTING: Final = f"report-uri {REPORTS_AT}; report-to content"
_FIRST: Final = "; ".join(f"{name} {sources}" for name, sources in DIRECTIVES.items()) + f"; {_REPORTING}"

_NO_SCRIPT: Final = f"{_FIRST}, script-src 'none'; {_REPORTING}"


def policy(nonce: str) -> str:
    """The header for an answer with this nonce; with none, nothing in it runs."""
    return f"{_FIRST}, script-src 'nonce-{nonce}'; {_REPORTING}" if nonce else _NO_SCRIPT
