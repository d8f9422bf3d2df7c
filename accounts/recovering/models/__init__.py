"""The models of recovery, one file per concept."""

from .factor_reset import FactorReset
from .mailed_link import MailedLink

__all__ = ["FactorReset", "MailedLink"]
