"""What is refused for want of access."""

from typing import ClassVar

from django.urls import reverse

from modelops.lib.errors import NotAllowed


class AccessCodeRefused(NotAllowed):
    """One answer for a wrong code and a missing one."""

    code = "access_code.refused"
    recorded: ClassVar[bool] = True  # the ledger has a row of its own about it

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The model {name} asks for its access code, and the one given is wrong or missing. Send it in the header "
            "X-Model-Access-Code, or type it where the portal asks; the model's owner can set a new one."
        )
        self.leads_to = reverse("registry:model-code", args=[name])


class AccessCodeRequired(AccessCodeRefused):
    """Nobody typed a code yet: no guess, so it does not count as one."""

    recorded: ClassVar[bool] = False
