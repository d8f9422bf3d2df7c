"""Who is signed in, from what the session read already."""

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import AuthenticationMiddleware as DjangoAuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.middleware import OTPMiddleware as DjangoOTPMiddleware

from accounts.models import User

from .store import factor_id


class AuthenticationMiddleware(DjangoAuthenticationMiddleware):
    """Django's middleware without its second query: the account came with the session, in the same read."""

    def process_request(self, request: HttpRequest) -> None:
        """Attach the account, looked at when it is needed."""
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _user(request))


def _user(request: HttpRequest) -> User | AnonymousUser:
    if not hasattr(request, "_cached_user"):
        request._cached_user = _read_already(request) or auth.get_user(request)
    return request._cached_user


def _read_already(request: HttpRequest) -> User | None:
    """The account that the session's row belongs to, when all is as it must be; Django decides on anything else."""
    session = request.session
    row = session.current_row
    if row is None or row.user_id is None or session.get(auth.SESSION_KEY) != str(row.user_id):
        return None
    user: User = row.user
    sound = (
        user.is_active
        and session.get(auth.BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        # A new password makes sessions worthless that were opened with the old one.
        and constant_time_compare(session.get(auth.HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    )
    return user if sound else None


class OTPMiddleware(DjangoOTPMiddleware):
    """django-otp's middleware without its query: whether the factor stands came with the session as well."""

    def _verify_user_sync(self, request: HttpRequest, user: User | AnonymousUser) -> User | AnonymousUser:
        row = request.session.current_row
        persistent_id = request.session.get(DEVICE_ID_SESSION_KEY)
        known = row is not None and row.factor_stands and row.factor_id == factor_id(persistent_id)
        if not user.is_authenticated or not known:
            return super()._verify_user_sync(request, user)
        self._init_user_fields(user)
        user.otp_device = SimpleLazyObject(lambda: self._device_from_persistent_id(persistent_id))
        return user
