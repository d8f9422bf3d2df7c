"""What people say about features: their ranges in a version, and which of them tell groups apart."""

import math
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from compliance.audit import Actor, record
from modelops.lib.errors import Invalid
from registry.models import ModelVersion, RegisteredModel

from .audit_events import GROUPS_CHANGED, SCHEMA_CHANGED
from .feature_columns import CATEGORY, NUMBER, NUMBERS
from .models import FeatureSchema, GroupPolicy
from .numbers import number
from .texts import refusal, short_text

CODE: Final = "feature_schema.invalid"
KINDS: Final = (NUMBER, CATEGORY, NUMBERS)
_MOST_GROUPS: Final = 10
_MOST_CATEGORIES: Final = 1000


@transaction.atomic
def describe_features(version: ModelVersion, said: Mapping[str, Any], *, actor: Actor) -> FeatureSchema:
    """Say what each feature of a version may be: ``{"age": {"kind": "number", "min": 0, "max": 130}}``.

    A category may have a list of ``values``: no others are taken then.

    It counts from the next batch on; what was taken before stays. Raises Invalid with the feature at fault.
    """
    if len(said) > settings.MODELOPS_MAX_FEATURES:
        raise Invalid(
            f"{len(said)} features are described; at most {settings.MODELOPS_MAX_FEATURES} are allowed.",
            code=CODE,
            field="features",
        )
    features = {
        short_text(name, "features", 100, code=CODE): _checked(f"features.{name}", about)
        for name, about in said.items()
    }
    schema, _ = FeatureSchema.objects.select_for_update().get_or_create(version=version)
    schema.features = features
    schema.save()
    record(
        SCHEMA_CHANGED, schema, actor=actor, model=version.model.name, version=version.number, features=len(features)
    )
    return schema


@transaction.atomic
def compare_groups(
    model: RegisteredModel, features: list[str], favourable: str, limit: float, *, actor: Actor
) -> GroupPolicy:
    """Say which features tell groups apart, and which answer is the favourable one; no feature compares none.

    Hours that are computed from now on count the groups; older ones when a row or label is added to them.
    """
    if len(features) > _MOST_GROUPS:
        raise Invalid(
            f"{len(features)} features are named; at most {_MOST_GROUPS} can be compared.",
            code="group_policy.invalid",
            field="features",
        )
    policy, _ = GroupPolicy.objects.select_for_update().get_or_create(model=model)
    policy.features, policy.favourable, policy.limit = list(dict.fromkeys(features)), favourable, limit
    policy.save()
    record(GROUPS_CHANGED, policy, actor=actor, model=model.name, features=", ".join(policy.features), limit=str(limit))
    return policy


def _checked(place: str, about: Any) -> dict[str, Any]:
    if type(about) is not dict or not about.keys() <= {"kind", "min", "max", "values"}:
        raise refusal(place, "is described by something else", "an object of kind, min, max and values", code=CODE)
    kind = about.get("kind", NUMBER)
    if kind not in KINDS:
        raise refusal(f"{place}.kind", "is unknown", f"one of {', '.join(KINDS)}", code=CODE)
    found: dict[str, Any] = {"kind": kind}
    for end in ("min", "max"):
        if about.get(end) is not None:
            found[end] = number(about[end], f"{place}.{end}", code=CODE)
    if about.get("values") is not None:
        found["values"] = _categories(f"{place}.values", about["values"], kind)
    if kind == CATEGORY and found.keys() & {"min", "max"}:
        raise refusal(place, "is a category with a range", "a range for numbers alone", code=CODE)
    if found.get("min", -math.inf) > found.get("max", math.inf):
        raise refusal(place, "has a min above its max", "min up to max", code=CODE)
    return found


def _categories(place: str, values: Any, kind: str) -> list[str]:
    if kind != CATEGORY:
        raise refusal(place, "stands with a number", "categories for features of the kind category", code=CODE)
    if type(values) is not list or not 1 <= len(values) <= _MOST_CATEGORIES:
        raise refusal(place, "is no list of categories", f"a list of 1 to {_MOST_CATEGORIES} texts", code=CODE)
    texts = [short_text(value, f"{place}[{index}]", 200, code=CODE) for index, value in enumerate(values)]
    return list(dict.fromkeys(texts))
