"""Every change of state in accounts; one module per concern."""

from .api_key_check import check_api_key
from .api_keys import issue_api_key, revoke_api_key, rotate_api_key
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
from .sessions import end_api_sign_in, prune_sessions, revoke_other_sessions, revoke_session
from .sign_in import check_both, check_code, check_password, forget_failures, open_sign_in, refuse_code
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
    "check_both",
    "check_code",
    "check_password",
    "confirm_enrolment",
    "deactivate",
    "end_api_sign_in",
    "ensure_ready_account",
    "find_open",
    "forget_failures",
    "invite",
    "invite_again",
    "invite_first_administrator",
    "issue_api_key",
    "make_service_account",
    "open_sign_in",
    "otpauth_uri",
    "prune_sessions",
    "refuse_code",
    "remove_second_factor",
    "require_fresh_factor",
    "revoke_api_key",
    "revoke_invitation",
    "revoke_other_sessions",
    "revoke_session",
    "rotate_api_key",
    "sign_in_to_api",
]
