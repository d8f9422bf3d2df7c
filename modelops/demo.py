"""The demo as a client of the REST interface: each step looks first whether it is done, so it can be repeated."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction

from accounts.actors import actor_of
from accounts.models import ApiKey, User
from accounts.roles import ROLES
from accounts.services.api_keys import issue_api_key, revoke_api_key
from accounts.services.invitations import invite, invite_again, make_service_account
from compliance.audit import Actor
from modelops.lib.errors import DomainError
from monitoring.models import DriftRun
from registry.promotion.deciding import approve
from registry.promotion.models import Promotion

FILES = settings.BASE_DIR / "demo"
DATASET = "flights-from-new-york"
MONTHS = (("flights-2013-01.parquet", "January 2013"), ("flights-2013-07.parquet", "July 2013"))
ACCOUNTS = {
    "scientist": "Data scientist",
    "engineer": "ML engineer",
    "officer": "Compliance officer",
    "secadmin": "Security administrator",
    "custodian": "Key custodian",
    "pipeline": "Pipeline",
}
REVIEWERS = ("engineer", "officer")
ACTOR = Actor.system("demo")


class DemoFailed(Exception):
    """The portal did not do a step; the message says which and why."""


class _Away(Exception):
    """The portal says that something it needs is not there at the moment."""


def demo_accounts(base_url: str) -> Iterator[str]:
    """Make the accounts that are missing; yields a line with the invitation of each person who has not accepted yet."""
    for username, role in ACCOUNTS.items():
        user = User.objects.filter(username=username).first()
        if ROLES[role].service:
            if user is None:
                make_service_account(username, role, actor=ACTOR)
            continue
        if user is None:
            _, link = invite(username, role, actor=ACTOR, base_url=base_url)
        elif not user.has_usable_password():
            _, link = invite_again(user, actor=ACTOR, base_url=base_url)
        else:
            continue
        yield f"{role}: account {username!r}, one-time invitation (72 hours): {link}"


def is_complete() -> bool:
    """Whether the last step of the demo is done."""
    return DriftRun.objects.filter(current__dataset__name=DATASET, state="succeeded").exists()


class Demo:
    """A session with the portal under a key of the service account ``pipeline``, which is revoked at the end."""

    def __init__(self, url: str, *, patience_s: int) -> None:
        self._patience_s = patience_s
        user = User.objects.get(username="pipeline")
        self._key, secret = issue_api_key(user, name="demo loader", scopes=["all"], days=1, actor=ACTOR)
        self._client = httpx.Client(
            base_url=f"{url.rstrip('/')}/api/v1/",
            headers={"Authorization": f"Bearer {secret}"},
            timeout=60,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()
        with transaction.atomic():
            revoke_api_key(ApiKey.objects.get(pk=self._key.pk), actor=ACTOR)

    def load(self) -> Iterator[str]:
        """Do what is missing; yields a line for each step that was done.

        When the portal breaks off an answer nobody knows whether the step was done, so all steps look again.
        """
        deadline = time.monotonic() + self._patience_s
        while True:
            try:
                for step in (
                    self._model,
                    self._written_card,
                    self._datasets,
                    self._version,
                    self._quality,
                    self._promotion,
                    self._drift,
                ):
                    yield from step()
                return
            except (httpx.TransportError, _Away) as error:
                if time.monotonic() > deadline:
                    raise DemoFailed(f"{self._client.base_url} does not answer: {error}") from None
                time.sleep(0.5)

    def _model(self) -> Iterator[str]:
        card = self._card()
        if card["name"] not in self._listed("models/", "name"):
            body = {name: card[name] for name in ("name", "task_type", "description")}
            body |= {name: self._written()[name] for name in ("purpose", "risk_class")}
            self._post("models/", json=body)
            yield f"Demo: registered the model {card['name']}."

    def _written_card(self) -> Iterator[str]:
        address = f"models/{self._card()['name']}/card/"
        if self._get(address)["revision"]:
            return
        card = self._checked(self._client.put(address, json={"fields": self._written()["fields"], "base": 0}))
        filled = card["required"] - len(card["missing"])
        yield f"Demo: wrote the model card: {filled} of {card['required']} fields asked for."

    def _version(self) -> Iterator[str]:
        card = self._card()
        if self._listed(f"models/{card['name']}/versions/", "version"):
            return
        with (FILES / "arrival-delay.safetensors").open("rb") as file:
            form = {
                "metrics": json.dumps(card["metrics"]),
                "parameters": json.dumps(card["parameters"]),
                "tags": json.dumps({"season": "winter"}),
                "source_commit": self._written()["source_commit"],
                "run_reference": self._written()["run_reference"],
                "datasets": json.dumps([{"dataset": DATASET, "version": 1}]),
            }
            self._post(f"models/{card['name']}/versions/", data=form, files={"file": file})
        yield "Demo: uploaded version 1, encrypted while it streamed in."

    def _datasets(self) -> Iterator[str]:
        if DATASET not in self._listed("datasets/", "name"):
            description = "Flights that left New York (EWR, JFK, LGA), with the weather at the scheduled hour."
            self._post("datasets/", json={"name": DATASET, "description": description})
            yield f"Demo: created the dataset {DATASET}."
        present = self._listed(f"datasets/{DATASET}/versions/", "version")
        for number, (name, month) in enumerate(MONTHS, start=1):
            if number in present:
                continue
            with (FILES / name).open("rb") as file:
                version = self._post(f"datasets/{DATASET}/versions/", files={"file": file})
            yield f"Demo: uploaded {month} as version {number}: {version['rows']} rows, {version['columns']} columns."

    def _quality(self) -> Iterator[str]:
        for number, (_, month) in enumerate(MONTHS, start=1):
            run = self._run("quality-runs/", {"dataset": DATASET, "version": number})
            if run is not None:
                yield f"Demo: quality of {month}: {run['score']:.1f} of 100, {len(run['issues'])} issues."

    def _promotion(self) -> Iterator[str]:
        """The first version goes into production as any does: the pipeline asks, gates answer, two others approve.

        Nobody has accepted an invitation yet, so the loader approves in the names of two demo accounts, and says so.
        """
        name = self._card()["name"]
        asked_for = self._newest(f"models/{name}/promotions/")
        in_use = "production" in self._listed(f"models/{name}/aliases/", "alias")
        if in_use or any(row["state"] == "executed" for row in asked_for):  # whatever became of it since
            return
        waiting = [row for row in asked_for if row["state"] == "waiting"]
        if waiting:
            asked = waiting[0]["id"]
        elif self._newest("drift-runs/"):  # a demo from before it had promotions: July's alerts would stop it now
            return
        else:
            self._settled(f"models/{name}/versions/1/scan/")
            body = {"version": 1, "alias": "production", "reason": "The demo: its loader asks, and approves as two."}
            asked = self._post(f"models/{name}/promotions/", json=body)["id"]
        for username in REVIEWERS:
            try:
                promotion = Promotion.objects.get(pk=asked)
                user = User.objects.get(username=username)
                if promotion.is_waiting and str(user.pk) not in promotion.approver_refs:
                    approve(promotion, actor=actor_of(user))
            except DomainError as refusal:
                raise DemoFailed(f"{username} could not approve the promotion: {refusal}") from None
            except (InterfaceError, OperationalError) as fault:  # approved or not: the next turn looks
                connection.close()
                raise _Away(str(fault)) from None
        yield f"Demo: version 1 is in production, approved in the names of {' and '.join(REVIEWERS)}."

    def _settled(self, path: str) -> None:
        """Wait until the scan of an upload has been decided: a gate asks for it."""
        deadline = time.monotonic() + self._patience_s
        while self._get(path)["scan"]["state"] == "waiting":
            if time.monotonic() > deadline:
                raise DemoFailed(f"The scan is not done after {self._patience_s} s. Is a worker running?")
            time.sleep(0.3)

    def _drift(self) -> Iterator[str]:
        reference, current = ({"dataset": DATASET, "version": number} for number in (1, 2))
        run = self._run("drift-runs/", {"reference": reference, "current": current})
        if run is not None:
            drifted, compared = run["features_drifted"], run["features_compared"]
            yield f"Demo: {drifted} of {compared} compared features drifted between January and July."

    def _listed(self, path: str, field: str) -> set[Any]:
        """What ``field`` says in the newest rows: asking for one that may be missing would be a refusal on record."""
        return {row[field] for row in self._newest(path)}

    def _newest(self, path: str) -> list[Any]:
        rows: list[Any] = self._get(f"{path}?page_size=200")["results"]
        return rows

    def _run(self, path: str, question: dict[str, Any]) -> Any:
        """The finished run for a question, begun now or by an earlier loader; None when it was finished before."""
        alike = [run for run in self._newest(path) if question.items() <= run.items()]
        if any(run["state"] == "succeeded" for run in alike):
            return None
        waiting = [run for run in alike if run["state"] in {"queued", "running"} and run["job"]]
        asked = waiting[0] if waiting else self._post(path, json=question)
        deadline = time.monotonic() + self._patience_s
        while time.monotonic() < deadline:
            job = self._get(f"jobs/{asked['job']}/")
            if job["state"] == "succeeded":
                return self._get(f"{path}{asked['id']}/")
            if job["state"] in {"failed", "cancelled"}:
                raise DemoFailed(f"The job for {path} {job['state']}: {job['message']}")
            time.sleep(0.3)
        raise DemoFailed(f"The job for {path} is not done after {self._patience_s} s. Is a worker running?")

    def _get(self, path: str) -> Any:
        return self._checked(self._client.get(path))

    def _post(self, path: str, **body: Any) -> Any:
        return self._checked(self._client.post(path, **body))

    @staticmethod
    def _checked(answer: httpx.Response) -> Any:
        if answer.status_code == 503:
            raise _Away(answer.text[:300])
        if answer.is_error:
            asked = f"{answer.request.method} {answer.request.url.path}"
            raise DemoFailed(f"{asked} answered {answer.status_code}: {answer.text[:300]}")
        return answer.json()

    @staticmethod
    def _card() -> Any:
        return json.loads(Path(FILES / "arrival-delay.json").read_text(encoding="utf-8"))

    @staticmethod
    def _written() -> Any:
        return json.loads(Path(FILES / "arrival-delay-card.json").read_text(encoding="utf-8"))
