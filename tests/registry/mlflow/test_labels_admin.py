"""What clients of MLflow say about models and versions, in the admin."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actors import actor_of
from registry.labels import services
from registry.labels.models import ModelLabels, VersionLabels
from tests.accounts.people import make_user, sign_in
from tests.registry.samples import make_model, make_version

pytestmark = pytest.mark.django_db


def test_an_officer_reads_tags_and_descriptions_and_changes_none(scientist: Any) -> None:
    model = make_model(scientist, "delay")
    version = make_version(model, scientist)
    services.tag_model(model, "team", "risk", actor=actor_of(scientist))
    services.tag_version(version, "stage-of-work", "first", actor=actor_of(scientist))
    services.describe_version(version, "Minutes late <b>.", actor=actor_of(scientist))
    officer = sign_in(Client(), make_user("officer", "Compliance officer"))
    for kind, row, word in (
        ("modellabels", ModelLabels.objects.get(), "risk"),
        ("versionlabels", VersionLabels.objects.get(), "Minutes late &lt;b&gt;."),
    ):
        listed = officer.get(reverse(f"admin:labels_{kind}_changelist"))
        assert listed.status_code == 200
        assert word in listed.content.decode()
        address = reverse(f"admin:labels_{kind}_change", args=[row.pk])
        page = officer.get(address)
        assert word in page.content.decode()
        assert officer.post(address, {"tags": "{}"}).status_code == 403
    custodian = sign_in(Client(), make_user("custodian", "Key custodian"))
    assert custodian.get(reverse("admin:labels_versionlabels_changelist")).status_code == 403
