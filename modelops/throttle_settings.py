"""How many requests a caller may make; `modelops/settings.py` takes all of it."""

from modelops.throttling import limits

# Requests a minute and at once, by the name of the setting.
MODELOPS_THROTTLE = limits.from_environment()
