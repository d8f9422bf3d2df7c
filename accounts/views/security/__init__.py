"""The page "Security" and its parts; importing a part puts its panel on the page."""

from . import api_keys, factors, page, password, sessions

__all__ = ["api_keys", "factors", "page", "password", "sessions"]
