"""A fresh second factor before something sensitive: whoever sits at an open session shows once more that it is theirs.

`require_fresh_factor` is for every room: files of sensitive models, access to them, destruction of keys, exports.
"""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import throttle
from accounts.actors import actor_of
from accounts.audit_events import FACTOR_CONFIRMATION_REFUSED, FACTOR_CONFIRMED
from accounts.errors import StepUpRefused, StepUpRequired
from accounts.models import TOTPDevice, User
from compliance.audit import record

from . import api_step_up
from .sign_in import tell_of_wait

MAX_AGE = dt.timedelta(minutes=5)
CODE_HEADER = "X-Step-Up-Code"
# When this browser's session was last shown a code, as a Unix time; the session's payload is sealed.
CONFIRMED_KEY = "_factor_at"


def require_fresh_factor(
    request: Any, *, max_age: dt.timedelta = MAX_AGE, bypass: str = "", keys_may_ask: bool = False
) -> None:
    """Return when ``request`` comes with a second factor not older than ``max_age``; else raise StepUpRequired.

    A session counts from its sign-in with a code of the app, or from its last confirmation. A caller of the API brings
    a code with the request, in the header ``X-Step-Up-Code``, or confirms on a page (`api_step_up`); a key passes it by
    where its scopes name the permission ``bypass`` (the scope "all" does not) and its owner holds that permission.
    With neither ``bypass`` nor ``keys_may_ask`` no key gets through, also not one that its person would confirm.
    Raises StepUpRefused for a wrong code and SlowDown after too many of them.
    """
    if getattr(request, "auth", None) is not None:
        code = request.headers.get(CODE_HEADER, "")
        api_step_up.require(
            request, code=code, use_code=use_code, max_age=max_age, bypass=bypass, keys_may_ask=keys_may_ask
        )
        return
    if not is_fresh(request, max_age):
        raise StepUpRequired("Confirm with a code of your app")


def is_fresh(request: Any, max_age: dt.timedelta = MAX_AGE) -> bool:
    """Whether this browser's session was shown a code within ``max_age``."""
    confirmed_at = request.session.get(CONFIRMED_KEY)
    if not isinstance(confirmed_at, int | float):
        return False
    return 0 <= timezone.now().timestamp() - confirmed_at <= max_age.total_seconds()


def confirm(request: Any, code: str) -> None:
    """Check a code of the app and remember in the session when that was. Raises StepUpRefused and SlowDown."""
    use_code(request.user, code)
    remember(request)


def remember(request: Any) -> None:
    """This session was shown a code of the app just now; it goes on under a new id (OWASP ASVS 5.0, 7.2.4)."""
    request.session.cycle_key()
    request.session[CONFIRMED_KEY] = timezone.now().timestamp()


def use_code(user: User, code: str) -> None:
    """Use up a code of the app; recovery codes are for signing in only. Raises StepUpRefused and SlowDown.

    Wrong codes count together with those at the sign-in, so that a session gives no further guesses.
    """
    attempt = throttle.take(throttle.CODE, str(user.pk))
    device = TOTPDevice.objects.filter(user=user, confirmed=True).first()
    if device is None or not device.verify_token(code.strip()):
        _refused(user, attempt)
        raise StepUpRefused
    throttle.clear(throttle.CODE, str(user.pk))
    with transaction.atomic():
        record(FACTOR_CONFIRMED, user, actor=actor_of(user))


@transaction.atomic
def _refused(user: User, attempt: int) -> None:
    record(FACTOR_CONFIRMATION_REFUSED, user, actor=actor_of(user), outcome="denied", reason="code")
    tell_of_wait(user, throttle.CODE, attempt, actor=actor_of(user))
