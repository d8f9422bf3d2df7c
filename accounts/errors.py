"""What goes wrong when somebody signs in or shows a credential."""

from typing import ClassVar

from django.conf import settings
from django.urls import reverse
from rest_framework.exceptions import AuthenticationFailed

from modelops.lib.errors import DomainError, NotAllowed, TooManyRequests


class SignInRefused(DomainError):
    """One answer for an unknown name, a wrong password and a wrong code: it tells nothing about which it was."""

    status: ClassVar[int] = 401
    code = "login.refused"
    recorded = True  # the ledger has a row of its own about it

    def __init__(self) -> None:
        super().__init__(
            "The name, the password or the code is not right. Check them and try again; each code works once."
        )


class StepUpRequired(NotAllowed):
    """What is asked for needs a fresh second factor; the portal leads to the page that asks for it.

    A program gets the address of that page: 401 with a challenge after RFC 9470.
    """

    status: ClassVar[int] = 401
    code = "step_up.required"
    headers: ClassVar[dict[str, str]] = {
        "WWW-Authenticate": 'Bearer realm="api", error="insufficient_user_authentication", '
        'error_description="A fresh second factor is needed", max_age=300'
    }

    def __init__(self, remedy: str, *, leads_to: str = "") -> None:
        super().__init__(f"This needs a second factor that is not older than a few minutes. {remedy}.")
        self.leads_to = leads_to or reverse("accounts:confirm")
        self.members = {"challenge_url": f"{settings.MODELOPS_BASE_URL.rstrip('/')}{self.leads_to}"}


class StepUpImpossible(NotAllowed):
    """What is asked for needs a second factor, and nobody can show one for this credential."""

    code = "step_up.required"

    def __init__(self, bypass: str, *, is_service: bool = False) -> None:
        if bypass:
            remedy = f"An API key of a service has none, and this one does not name {bypass}"
        elif is_service:
            remedy = "A service has none: let a person do it, in the portal or signed in to the API"
        else:
            remedy = "An API key has none: do it in the portal, or sign in to the API as a person"
        super().__init__(f"This needs a second factor that is not older than a few minutes. {remedy}.")


class StepUpRefused(NotAllowed):
    """The code is not right, too old, or was used before."""

    code = "step_up.refused"
    recorded = True  # the ledger has a row of its own about it

    def __init__(self) -> None:
        super().__init__(
            "The code is not right. Type the six digits that the app shows now; each code works once, and a recovery "
            "code is for signing in only."
        )


class SlowDown(TooManyRequests):
    """Too many failures; the right credentials are refused as well until the wait is over."""

    code = "login.slow_down"

    def __init__(self, retry_after_s: int) -> None:
        minutes = -(-retry_after_s // 60)
        wait = f"{retry_after_s} seconds" if retry_after_s < 60 else f"{minutes} minute{'s' if minutes > 1 else ''}"
        super().__init__(
            f"There were too many failed attempts. Wait {wait}, then try again.", retry_after_s=retry_after_s
        )


class CredentialRefused(AuthenticationFailed):
    """401 for a token or an API key, with the code of the problem; ``reason`` is the code that the ledger gets.

    Whoever shows a token that was not issued here learns nothing about what is wrong with it; the ledger does.
    """

    # The framework sets auth_header itself, to the plain challenge of a request without any credential.
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": 'Bearer realm="api", error="invalid_token"'}

    def __init__(self, detail: str, problem_code: str, *, reason: str = "") -> None:
        super().__init__(detail)
        self.problem_code = problem_code
        self.ledger_code = reason
