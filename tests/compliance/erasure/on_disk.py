"""Plants people in a portal of its own, step by step, in a process whose servers promise what production's do.

Each line on the standard input is the name of a step; its end is told by a line.
"""

import sys
from typing import Any

import django

SEALED = "trillian.sealed@example.org"
SEALED_NAME = "trillian_sealed"


class Steps:
    """What was made, for the next step."""

    def set_up(self) -> None:
        """Tables, keys and the people who work there."""
        from django.core.management import call_command
        from django.test.utils import setup_test_environment

        from modelops.crypto.services import create_first_keys
        from registry.scanning import waiting
        from tests.accounts.people import make_user
        from tests.scans import scan_waiting

        call_command("migrate", verbosity=0)
        create_first_keys()
        setup_test_environment()
        waiting.pause = lambda seconds: scan_waiting()  # type: ignore[assignment]
        self.officer, self.second = (make_user(name, "Compliance officer") for name in ("officer", "second"))
        self.scientist = make_user("scientist", "Data scientist")

    def sealed(self) -> None:
        """Somebody without an account in each sealed place: requests, a bundle, a consent, a table, a prediction."""
        from accounts.actors import actor_of
        from compliance.registers.services import add_activity, give_consent
        from compliance.subjects import services
        from compliance.subjects.delivery import services as delivery
        from compliance.subjects.providers import Subject
        from dataquality.services import start_quality_run
        from modelops.jobs.services import run
        from tests.monitoring.predictions.sending import pipeline, send
        from tests.registry.people.cases import with_people
        from tests.registry.samples import make_dataset, make_model, make_version

        actor = actor_of(self.officer)
        rows = f"who,n\n{SEALED},1\nother@example.org,2\n".encode()
        data = with_people(make_dataset(self.scientist), self.scientist, rows, column="who")
        assert run(start_quality_run(data, actor=actor).job_id)
        make_version(make_model(self.scientist), self.scientist, datasets=[data])
        about = {"prediction": 1, "subject": SEALED, "features": {"who": SEALED_NAME, "n": 1}}
        assert send(pipeline(), [about]).status_code == 201
        names = ("controller", "purpose", "subjects", "categories", "recipients", "transfers", "retention", "measures")
        activity = add_activity({"name": "Flights", "basis": "consent", **dict.fromkeys(names, "told")}, actor=actor)
        give_consent(activity, SEALED, text_version="3", source="form", actor=actor)
        person = Subject(email=SEALED, ref=SEALED_NAME)
        request: Any = services.open_request("access", person, actor=actor)
        request = services.confirm_identity(request, f"Called {SEALED} back.", actor=actor)
        assert run(services.collect(request, actor=actor).collection_job_id)
        delivery.send(request, actor=actor)
        services.download_bundle(request, actor=actor)
        services.record_answer(request, f"Sent to {SEALED}.", actor=actor)
        self.to_erase = [services.open_request("erasure", person, actor=actor)]

    def clear(self) -> None:
        """An account, and texts that others wrote about its holder."""
        from django.db import transaction

        from accounts.actors import actor_of
        from accounts.models import User
        from compliance.subjects import services
        from compliance.subjects.providers import Subject
        from tests.accounts.people import make_user

        from .canary import ADDRESS, NAME
        from .planting import as_account, as_words, somebody

        person = make_user(NAME, "Viewer")
        User.objects.filter(pk=person.pk).update(email=ADDRESS, first_name="Zaphod", last_name="Canary")
        with transaction.atomic():
            as_account(person)
        as_words(somebody())
        subject = Subject(email=ADDRESS, ref=NAME)
        self.to_erase += [services.open_request("erasure", subject, actor=actor_of(self.officer))]

    def erased(self) -> None:
        """Both, by the saga that two people approve."""
        from accounts.actors import actor_of
        from compliance.subjects import services
        from compliance.subjects.erasure import approving, planning

        from .canary import done

        actor, other = actor_of(self.officer), actor_of(self.second)
        for request in self.to_erase:
            confirmed = services.confirm_identity(request, "Called back.", actor=actor)
            plan = planning.preview(confirmed, actor=actor)
            if request is self.to_erase[0]:  # the one whose rows a model was trained on
                planning.decide(plan, "all", "retrain", actor=actor)
            plan = approving.execute(approving.approve(plan, actor=other), actor=actor)
            done(plan)
            assert plan.state == "done", plan.failure


if __name__ == "__main__":
    django.setup()
    steps = Steps()
    for line in sys.stdin:
        getattr(steps, line.strip())()
        sys.stdout.write("done\n")
        sys.stdout.flush()
