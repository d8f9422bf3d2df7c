"""The access code of a model: asked for at every download, on top of what permissions say.

Only an Argon2id hash is kept, so nobody can be shown a code again. A code does not tell who used it: the account does,
and the code only keeps out a session or key that should not have this model.
"""

import hashlib
import secrets
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone

from accounts import throttle
from accounts.actors import actor_of
from compliance.audit import Actor, record
from modelops.lib.errors import Invalid
from registry.models import RegisteredModel

from .audit_events import CODE_ENTERED, CODE_REFUSED, CODE_REMOVED, CODE_SET
from .errors import AccessCodeRefused, AccessCodeRequired

SHORTEST, LONGEST = 8, 200
GUESSES = throttle.Budget("registry.access_code", free=5, wait_s=60)
# Which codes were typed in a session, and when; the session's payload is sealed.
ENTERED_KEY = "_access_codes"
ENTERED_FOR_S = 5 * 60
# Crockford's base 32: nothing in a code can be taken for something else. 16 characters are 80 bits.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def random_code() -> str:
    """A new random code such as ``7G2K-90QX-MB4C-E1TV``."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


@transaction.atomic
def set_code(model: RegisteredModel, code: str, *, actor: Actor) -> None:
    """Ask for ``code`` from now on, in place of any earlier one. Raises Invalid for one that is short or long."""
    code = code.strip()
    if not SHORTEST <= len(code) <= LONGEST or "\x00" in code:
        raise Invalid(
            f"An access code has {SHORTEST} to {LONGEST} characters; this one has {len(code)}. Let the portal make "
            "a random one.",
            code="access_code.invalid",
            field="code",
        )
    _store(model, make_password(code))
    record(CODE_SET, model, actor=actor, name=model.name)


@transaction.atomic
def remove_code(model: RegisteredModel, *, actor: Actor) -> bool:
    """Ask for no code any more; False when none was asked for."""
    if not RegisteredModel.objects.select_for_update().get(pk=model.pk).has_access_code:
        return False
    _store(model, "")
    record(CODE_REMOVED, model, actor=actor, name=model.name)
    return True


def require_code(model: RegisteredModel, code: str, *, user: Any) -> None:
    """Return when ``model`` asks for no code or for this one. Raises AccessCodeRefused and SlowDown.

    A missing code costs the same work as a wrong one and gets the same answer. Failures count per account and model.
    """
    if not model.has_access_code:
        return
    place = f"{user.pk}\n{model.pk}"
    attempt = throttle.take(GUESSES, place)
    if not check_password(code.strip()[:LONGEST], model.access_code_hash):
        with transaction.atomic():
            record(CODE_REFUSED, model, actor=actor_of(user), outcome="denied", name=model.name, attempt=attempt)
        raise AccessCodeRefused(model.name)
    throttle.clear(GUESSES, place)


def remember(model: RegisteredModel, session: Any, *, actor: Actor) -> None:
    """The person at this session has just typed the model's code."""
    with transaction.atomic():
        record(CODE_ENTERED, model, actor=actor, name=model.name)
    entered = session.get(ENTERED_KEY) or {}
    session[ENTERED_KEY] = {**entered, str(model.pk): [_mark(model), timezone.now().timestamp()]}


def require_entered(model: RegisteredModel, session: Any) -> None:
    """Return when ``model`` asks for no code, or its present one was typed in this session within five minutes.

    Raises AccessCodeRequired.
    """
    if not model.has_access_code:
        return
    mark, entered_at = (session.get(ENTERED_KEY) or {}).get(str(model.pk), ("", 0.0))
    if mark != _mark(model) or not 0 <= timezone.now().timestamp() - entered_at <= ENTERED_FOR_S:
        raise AccessCodeRequired(model.name)


def _mark(model: RegisteredModel) -> str:
    """Tells one code from its successor."""
    return hashlib.sha256(model.access_code_hash.encode()).hexdigest()[:32]


def _store(model: RegisteredModel, encoded: str) -> None:
    model.access_code_hash = encoded
    model.changed_at = timezone.now()
    model.save(update_fields=["access_code_hash", "changed_at"])
