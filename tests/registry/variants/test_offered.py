"""Which derivations can be asked for is the operator's choice."""

from typing import Any

import numpy as np
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from safetensors.numpy import save

from modelops.jobs.services import run
from registry.models import ModelVersion
from registry.variants.kinds import load_named
from tests.registry.samples import make_model, make_version

pytestmark = pytest.mark.django_db
VARIANTS = "/api/v1/models/arrival-delay/versions/1/variants/"
PAGE = "/models/arrival-delay/versions/1/"


@pytest.fixture
def version(scientist: Any) -> ModelVersion:
    return make_version(make_model(scientist), scientist, save({"w": np.ones(100, dtype="f4")}))


def test_a_kind_that_the_settings_name_can_be_asked_for(
    version: ModelVersion, api: Client, portal: Client, settings: Any
) -> None:
    """S0-12: a module of somebody's own, on the page and over REST; a worker makes the file."""
    settings.MODELOPS_DERIVATIONS = ["tests.registry.variants.own_kind"]
    load_named()
    page = portal.get(PAGE).content.decode()
    assert "Make repacked" in page
    assert "Make float16" not in page
    asked = api.post(VARIANTS, {"kind": "repacked"}, "application/json")
    assert asked.status_code == 202, asked.content
    assert run(asked.json()["job"])
    shown = api.get(f"{VARIANTS}{asked.json()['id']}/").json()
    assert (shown["state"], shown["tool"], shown["report"]["kept"]) == ("ready", "repacker 1", 1)


def test_without_any_the_action_is_hidden_and_refused(
    version: ModelVersion, api: Client, portal: Client, settings: Any
) -> None:
    """S0-12: nothing on the page, and a refusal that says there is none."""
    assert "Make float16" in portal.get(PAGE).content.decode()
    settings.MODELOPS_DERIVATIONS = []
    assert 'name="kind"' not in portal.get(PAGE).content.decode()
    refused = api.post(VARIANTS, {"kind": "float16"}, "application/json")
    assert (refused.status_code, refused.json()["code"]) == (400, "variant.unknown_kind")
    assert "there are: none" in refused.json()["detail"]


@pytest.mark.parametrize("name", ["float-16", "tests.registry.variants.not_there", "tests.registry.variants"])
def test_a_name_that_stands_for_nothing_stops_the_start(name: str, settings: Any) -> None:
    """S0-12: a slip of the pen is told at once, with what there is."""
    settings.MODELOPS_DERIVATIONS = [name]
    with pytest.raises(ImproperlyConfigured, match="safetensors-float16"):
        load_named()
