"""The models of accounts, one file per concept."""

from .api_key import ApiKey
from .device import Device
from .failure_count import FailureCount
from .invitation import Invitation
from .notice import Notice
from .recovery_code import RecoveryCode
from .refresh_token import RefreshToken
from .session import Session
from .totp_device import TOTPDevice
from .user import User

__all__ = [
    "ApiKey",
    "Device",
    "FailureCount",
    "Invitation",
    "Notice",
    "RecoveryCode",
    "RefreshToken",
    "Session",
    "TOTPDevice",
    "User",
]
