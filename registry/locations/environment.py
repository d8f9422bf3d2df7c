"""A bucket that is named for one environment must not serve another: test data in production, or worse the reverse."""

import re

from django.conf import settings

_WORDS = {
    "production": {"prod", "production", "prd", "live"},
    "staging": {"stage", "staging", "stg", "preprod", "uat"},
    "development": {"dev", "develop", "development", "sandbox"},
    "test": {"test", "testing", "ci", "qa"},
}


def environment_of(text: str) -> str | None:
    """The environment that a word of ``text`` names: "acme-models-prod" is production's. None when no word does."""
    words = set(re.split(r"[^a-z0-9]+", text.lower()))
    for environment, names in _WORDS.items():
        if words & names:
            return environment
    return None


def label_environment() -> str | None:
    """The environment that this portal's label names; for a label of one's own, what the portal runs as."""
    return environment_of(settings.MODELOPS_ENVIRONMENT_LABEL) or environment_of(settings.MODELOPS_ENV)


def foreign_bucket(kind: str, options: dict[str, str]) -> str | None:
    """What is wrong with the name of the bucket in this environment; None when nothing is."""
    if kind == "filesystem":
        return None
    bucket = str(options.get("bucket") or options.get("container") or "")
    named = environment_of(bucket) or environment_of(str(options.get("prefix", "")))
    here = label_environment()
    if named is None or here is None or named == here:
        return None
    return (
        f"The bucket {bucket} is named for {named}, and this portal is labelled "
        f"{settings.MODELOPS_ENVIRONMENT_LABEL} ({here})."
    )
