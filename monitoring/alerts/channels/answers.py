"""What an HTTP receiver's answer means for a delivery."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from modelops.lib import outbound

from .base import DeliveryFailed, Receipt

# The receiver may well take the message later: time-outs, conflicts, too early, too many.
RETRY_CODES = frozenset({408, 409, 423, 425, 429})
MAX_RETRY_AFTER_S = 3600


def post(url: str, *, content: bytes, headers: Mapping[str, str], allow_private: bool) -> Receipt:
    """POST a message; raises DeliveryFailed for everything but a 2xx answer."""
    sent = {"Content-Type": "application/json", "User-Agent": "ModelOps-portal/1", **headers}
    try:
        answer = outbound.post(url, content=content, headers=sent, allow_private=allow_private)
    except outbound.ReceiverRefused as refusal:
        raise DeliveryFailed(str(refusal), permanent=True) from None
    except outbound.ReceiverUnreachable as fault:
        raise DeliveryFailed(str(fault)) from None
    return judge(answer)


def judge(answer: outbound.Answer) -> Receipt:
    """The receipt for a 2xx answer; DeliveryFailed for any other.

    A redirect is not followed, because it could lead into a private network. 410 means that the receiver is gone;
    other 4xx answers will not change by repeating the same message.
    """
    code = answer.code
    if 200 <= code < 300:
        return Receipt(code, answer.excerpt)
    if 300 <= code < 400:
        reason, permanent = f"The receiver answered {code} and points elsewhere; redirects are not followed.", True
    elif code == 410:
        reason, permanent = "The receiver answered 410: it is gone for good.", True
    elif 400 <= code < 500 and code not in RETRY_CODES:
        reason, permanent = f"The receiver refused the message with {code}.", True
    else:
        reason, permanent = f"The receiver answered {code}.", False
    wait = retry_after(answer.headers.get("retry-after", ""), now=datetime.now(UTC))
    raise DeliveryFailed(reason, permanent=permanent, code=code, answer=answer.excerpt, retry_after_s=wait)


def retry_after(value: str, *, now: datetime) -> int | None:
    """Seconds that a Retry-After header asks for (RFC 9110, 10.2.3), at most an hour; None when it says nothing."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(int(value[:9]), MAX_RETRY_AFTER_S)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return min(max(0, round((moment - now).total_seconds())), MAX_RETRY_AFTER_S)
