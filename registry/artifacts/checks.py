"""System checks: files are sealed only by what is on the closed lists."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from .options import read_options


@register(Tags.security)
def check_sealing(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The cipher, digests and codec of new files must be known; md5 and sha1 are not."""
    try:
        read_options()
    except ValueError as error:
        return [
            Error(
                str(error),
                hint="See MODELOPS_ARTIFACT_CIPHER and its neighbours in docs/reference/settings.md.",
                id="modelops.E030",
            )
        ]
    return []
