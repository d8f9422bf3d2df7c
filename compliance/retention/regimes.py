"""What the regimes that an installation stands under add to the shortest periods of its data classes.

The deployment names them (`MODELOPS_REGIMES`). They only ever raise: a class is kept for the longest of what it asks
for by itself and what any of the regimes does.
"""

from typing import Final

from django.conf import settings

from .data_classes import data_class

# Days by regime and class of data. Sources: CCPA regulations, 11 CCR § 7101(a) (24 months); HIPAA, 45 CFR
# 164.316(b)(2)(i) (six years); PCI DSS 4.0, 10.5.1 (12 months); SOX, 17 CFR 210.2-06 (seven years).
LEAST_DAYS: Final[dict[str, dict[str, int]]] = {
    "gdpr": {},
    "ccpa": {"logs": 730},
    "hipaa": {"logs": 2190},
    "pci-dss": {"logs": 365},
    "sox": {"logs": 2555},
}


def least_days_of(key: str) -> int:
    """The shortest period that anybody can choose for the class here."""
    raised = (LEAST_DAYS.get(regime, {}).get(key, 0) for regime in settings.MODELOPS_REGIMES)
    return max([data_class(key).least_days, *raised])


def unknown_regimes() -> list[str]:
    """Names in the setting that no rule is known for."""
    return [name for name in settings.MODELOPS_REGIMES if name not in LEAST_DAYS]
