"""Card, documents, lists, comparison and lineage in a real browser: light, dark and narrow."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from tests.portal.browser import browser
from tests.portal.client import Pipeline
from tests.portal.people import key_for
from tests.registry.samples import CSV, safetensors

pytestmark = [pytest.mark.live, pytest.mark.browser]
_CARD = {
    "intended_use": "Plan the desk.\n\n- **not** for prices\n- see [the notes](https://example.org/notes)",
    "limitations": "Errs in summer.",
    "contact": "Desk team",
    "metrics_by_group": [{"group": "carrier UA", "metric": "auc", "value": 0.71}],
}
_PAGES = {
    "card": "/models/delays/card/",
    "card-edit": "/models/delays/card/edit/",
    "annex": "/models/delays/versions/1/annex-iv/",
    "explanation": "/models/delays/versions/1/explanation/",
    "version": "/models/delays/versions/2/",
    "compare": "/models/delays/compare/?v=1&v=2",
    "versions": "/models/-/versions/?metric=auc&sort=highest",
    "impact": "/datasets/flights/impact/",
    "draft": "/models/delays/card/draft/",
    "bundle": "/models/delays/bundles/new/",
    "models": "/models/?risk_class=limited",
    "elsewhere": "/models/-/elsewhere/",
}


def _from_elsewhere(reader: Any) -> None:
    """A draft of the card, a record of another registry, attestations of platforms, and a filter that is kept."""
    from accounts.actors import actor_of
    from registry.cards.drafts import keep_draft
    from registry.external.attesting import attest, withdraw
    from registry.external.services import import_model_package
    from registry.listing.saved import save_filter
    from registry.models import RegisteredModel
    from tests.registry.external.test_sagemaker import PACKAGE, allow

    actor = actor_of(reader)
    content = {**_CARD, "contact": "Another desk", "users": "Those who plan the desk."}
    keep_draft(RegisteredModel.objects.get(name="delays"), content, source="the bundle of delays v7", actor=actor)
    principals = [f"arn:aws:iam::111122223333:role/a-role-with-a-long-name-{number}" for number in range(7)]
    policy = {"Version": "2012-10-17", "Statement": [allow("sagemaker:UpdateModelPackage", *principals)]}
    import_model_package(PACKAGE, policy, actor=actor)
    said = {"evidence_url": f"https://evidence.example/{'reports/' * 20}7", "actor": actor}
    until = timezone.now() + timedelta(days=200)
    for subject in ("sagemaker.training", "azure.workspace"):
        row = attest(subject, statement="Looked at the network and at who may start jobs.", expires_at=until, **said)
    withdraw(row, actor=actor)
    save_filter(reader, "models", "Limited risk", {"risk_class": "limited"}, actor=actor)


def test_pages_hold_together_in_every_light_and_width(live_portal: Any, chromium: str, pictures: Path) -> None:
    """S2-76, S2-78, S0-19, S0-03, S2-06: no complaint of the browser, and nothing wider than the window."""
    from tests.accounts.people import make_user, sign_in

    with Pipeline(live_portal.url, key_for("scientist", "Data scientist")) as api:
        said = {"purpose": "Advises the desk on late arrivals.", "risk_class": "limited"}
        api.post("models/", json={"name": "delays", "task_type": "binary_classification", **said})
        api.post("datasets/", json={"name": "flights"})
        api.post("datasets/flights/versions/", files={"file": ("table.csv", CSV)})
        for auc, commit in ((0.7, ""), (0.9, "762c550")):
            form = {"metrics": f'{{"auc": {auc}}}', "datasets": "flights:1", "source_commit": commit}
            api.post("models/delays/versions/", data=form, files={"file": ("m.safetensors", safetensors())})
        for base, fields in enumerate(({"contact": "Desk"}, _CARD)):
            answer = api.http.put("models/delays/card/", json={"fields": fields, "base": base})
            assert answer.status_code == 200, answer.text
        features = [{"name": f"feature_{number}", "value": 1 / (number + 1)} for number in range(12)]
        api.post("models/delays/versions/1/explanations/", json={"method": "SHAP", "features": features})
    reader = make_user("reader", "Data scientist")
    _from_elsewhere(reader)
    scientist = sign_in(Client(), reader)
    morsel = scientist.cookies[settings.SESSION_COOKIE_NAME]
    for dark, width in ((False, 1280), (True, 390)):
        with browser(chromium, live_portal.url, pictures, dark=dark, width=width) as person:
            page = person.page
            page.context.add_cookies([{"name": morsel.key, "value": morsel.value, "url": live_portal.url}])
            for name, path in _PAGES.items():
                person.go(path)
                person.picture(f"cards-{name}{'-dark-narrow' if dark else ''}", whole=True)
                assert person.fits(width), path
            assert person.complaints == []
