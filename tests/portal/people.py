"""Accounts and API keys for tests, made through the services (a command costs seconds, a call milliseconds)."""

from accounts.models import User
from accounts.roles import ROLES
from accounts.services.api_keys import issue_api_key
from accounts.services.invitations import invite, make_service_account
from compliance.audit import Actor

ACTOR = Actor.system("tests")


def key_for(username: str, role: str) -> str:
    """The API key, with all scopes, of a new account in ``role``."""
    if ROLES[role].service:
        user = make_service_account(username, role, actor=ACTOR)
    else:
        user = User.objects.get(pk=invite(username, role, actor=ACTOR)[0].user_id)
    return issue_api_key(user, name="tests", scopes=["all"], days=2, actor=ACTOR)[1]
