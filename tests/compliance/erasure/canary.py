"""A person planted in every part of the portal, and a search for them in all of it."""

from typing import Any

from django.apps import apps

from accounts.actors import actor_of
from accounts.models import User
from compliance.subjects import services
from compliance.subjects.models import SubjectRequest
from compliance.subjects.providers import Subject
from modelops.jobs.services import run
from registry.models import DatasetVersion
from tests.accounts.people import make_user
from tests.monitoring.predictions.sending import pipeline, send
from tests.registry.people.cases import with_people
from tests.registry.samples import make_dataset, make_model, make_version

ADDRESS = "zaphod.canary@example.org"
NAME = "zaphod_canary"
PLAIN = (ADDRESS.encode(), NAME.encode())


def plant(scientist: Any) -> tuple[User, DatasetVersion]:
    """An account, rows of a dataset that a model was trained on, and requests of the same person."""
    person = make_user(NAME, "Viewer")
    User.objects.filter(pk=person.pk).update(email=ADDRESS, first_name="Zaphod", last_name="Canary")
    data = with_people(
        make_dataset(scientist), scientist, f"who,n\n{ADDRESS},1\nother@example.org,2\n".encode(), column="who"
    )
    make_version(make_model(scientist), scientist, datasets=[data])
    about = {"prediction": 1, "subject": ADDRESS, "features": {"who": NAME, "n": 1}}
    assert send(pipeline(), [about, {"prediction": 0, "features": {"who": "other", "n": 2}}]).status_code == 201
    make_dataset(person, "their-own")
    return person, data


def confirmed(officer: Any) -> SubjectRequest:
    """Their request to be erased."""
    subject = Subject(email=ADDRESS, ref=NAME)
    opened = services.open_request("erasure", subject, actor=actor_of(officer))
    return services.confirm_identity(opened, f"Called {ADDRESS} back.", actor=actor_of(officer))


def done(plan: Any) -> None:
    """Do what the worker would."""
    assert run(plan.job_id)
    plan.refresh_from_db()


def rows_with_the_canary() -> list[str]:
    """Tables whose rows still hold the canary, read through the ORM so that encrypted columns are opened too."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.managed or model._meta.proxy:
            continue
        for row in model._base_manager.all().iterator():
            for field in model._meta.concrete_fields:
                value = getattr(row, field.attname, None)
                raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                if any(each in raw for each in PLAIN) or b"Canary" in raw:
                    found.append(f"{model._meta.label}.{field.name}")
    return sorted(set(found))
