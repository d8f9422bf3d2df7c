"""Accounts in the admin: invite, deactivate, change a role, end sessions, revoke keys. Nobody sees or sets a secret."""

from . import api_keys, api_sign_ins, credentials, people, roles  # noqa: F401  registers their admins
