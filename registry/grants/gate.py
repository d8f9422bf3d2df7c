"""What a request must show before it opens or changes something; every way to a file passes here.

Visibility comes first and elsewhere (`visible_to`): what one may not know of is not there, whatever one shows.
"""

from typing import Any

from accounts.services.step_up import require_fresh_factor
from registry.models import DatasetVersion, ModelVersion

from . import codes
from .models import Level
from .rules import Governed, require_download, require_level, require_manager

BYPASS = "registry.bypass_step_up"
CODE_HEADER = "X-Model-Access-Code"


def require_opening(request: Any, version: ModelVersion | DatasetVersion) -> None:
    """Let ``request`` open a file of ``version``, or raise: the level, a fresh factor, the model's access code.

    The code comes in the header ``X-Model-Access-Code``; in the portal a page asks for it once in five minutes.
    """
    if isinstance(version, DatasetVersion):
        require_download(request.user, version.dataset)
        require_level(request.user, version.dataset, Level.DOWNLOAD)
        return
    require_download(request.user, version.model)
    require_reading(request, version)
    given = request.headers.get(CODE_HEADER)
    if given is None and getattr(request, "auth", None) is None:
        codes.require_entered(version.model, request.session)
    else:
        codes.require_code(version.model, given or "", user=request.user)


def require_reading(request: Any, version: ModelVersion) -> None:
    """Let ``request`` read the decrypted parameters of ``version``: the level and a fresh factor."""
    require_level(request.user, version.model, Level.DOWNLOAD)
    if version.model.needs_step_up:
        require_fresh_factor(request, bypass=BYPASS)


def require_change(request: Any, governed: Governed) -> None:
    """Let ``request`` add to, describe or delete ``governed``; what may be done at all the role has said."""
    require_level(request.user, governed, Level.EDIT)


def require_managing(request: Any, governed: Governed) -> None:
    """Let ``request`` change who has access; for a sensitive model with a fresh factor, which no API key has."""
    require_manager(request.user, governed)
    if getattr(governed, "needs_step_up", False):
        require_fresh_factor(request)
