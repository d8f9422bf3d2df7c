"""The state of a row as a pill."""

from typing import Any

from django.contrib import admin

from modelops.lib.templatetags.portal import pill

TONES = {"open": "info", "accepted": "good", "live": "good", "expired": "quiet", "revoked": "quiet"}


class StateColumn:
    """A column that shows ``row.state`` as a pill."""

    @admin.display(description="state")
    def state_pill(self, row: Any) -> str:
        """The state."""
        return pill(row.state.capitalize(), TONES[row.state])
