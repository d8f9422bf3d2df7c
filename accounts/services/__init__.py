"""Every change of state in accounts; one module per concern."""

from .api_keys import check_api_key, issue_api_key, revoke_api_key
from .factors import begin_enrolment, confirm_enrolment, otpauth_uri, remove_second_factor
from .invitations import (
    accept,
    find_open,
    invite,
    invite_again,
    invite_first_administrator,
    make_service_account,
    revoke_invitation,
)
from .people import activate, change_password, change_role, deactivate, ensure_ready_account
from .sessions import prune_sessions, revoke_other_sessions, revoke_session
from .sign_in import check_code, check_password, forget_failures
from .step_up import require_fresh_factor
from .tokens import check_access_token, sign_in_to_api

__all__ = [
    "accept",
    "activate",
    "begin_enrolment",
    "change_password",
    "change_role",
    "check_access_token",
    "check_api_key",
    "check_code",
    "check_password",
    "confirm_enrolment",
    "deactivate",
    "ensure_ready_account",
    "find_open",
    "forget_failures",
    "invite",
    "invite_again",
    "invite_first_administrator",
    "issue_api_key",
    "make_service_account",
    "otpauth_uri",
    "prune_sessions",
    "remove_second_factor",
    "require_fresh_factor",
    "revoke_api_key",
    "revoke_invitation",
    "revoke_other_sessions",
    "revoke_session",
    "sign_in_to_api",
]
