"""The demo as a client of the REST interface: each step looks first whether it is done, so it can be repeated."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
from django.conf import settings
from django.db import transaction

from accounts.models import ApiKey, User
from accounts.roles import ROLES
from accounts.services.api_keys import issue_api_key, revoke_api_key
from accounts.services.invitations import invite, make_service_account
from compliance.audit import Actor

FILES = settings.BASE_DIR / "demo"
DATASET = "flights-from-new-york"
MONTHS = (("flights-2013-01.parquet", "January 2013"), ("flights-2013-07.parquet", "July 2013"))
ACCOUNTS = {
    "scientist": "Data scientist",
    "engineer": "ML engineer",
    "officer": "Compliance officer",
    "secadmin": "Security administrator",
    "pipeline": "Pipeline",
}
ACTOR = Actor.system("demo")


class DemoFailed(Exception):
    """The portal did not do a step; the message says which and why."""


def demo_accounts(base_url: str) -> Iterator[str]:
    """Make the accounts that are missing; yields a line with the invitation of each person among the new ones."""
    for username, role in ACCOUNTS.items():
        if User.objects.filter(username=username).exists():
            continue
        if ROLES[role].service:
            make_service_account(username, role, actor=ACTOR)
        else:
            _, link = invite(username, role, actor=ACTOR, base_url=base_url)
            yield f"{role}: account {username!r}, one-time invitation (72 hours): {link}"


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
        """Do what is missing; yields a line for each step that was done."""
        done_before = True
        for step in (self._model, self._datasets, self._version, self._quality, self._drift):
            for line in step():
                done_before = False
                yield line
        if done_before:
            yield "Demo: complete already, nothing to do."

    def _model(self) -> Iterator[str]:
        card = self._card()
        if self._get(f"models/{card['name']}/") is None:
            body = {name: card[name] for name in ("name", "task_type", "description")}
            self._post("models/", json=body)
            yield f"Demo: registered the model {card['name']}."

    def _version(self) -> Iterator[str]:
        card = self._card()
        if self._get(f"models/{card['name']}/versions/1/") is not None:
            return
        with (FILES / "arrival-delay.safetensors").open("rb") as file:
            form = {
                "metrics": json.dumps(card["metrics"]),
                "parameters": json.dumps(card["parameters"]),
                "tags": json.dumps({"season": "winter"}),
                "datasets": json.dumps([{"dataset": DATASET, "version": 1}]),
            }
            self._post(f"models/{card['name']}/versions/", data=form, files={"file": file})
        yield "Demo: uploaded version 1, encrypted while it streamed in."

    def _datasets(self) -> Iterator[str]:
        if self._get(f"datasets/{DATASET}/") is None:
            description = "Flights that left New York (EWR, JFK, LGA), with the weather at the scheduled hour."
            self._post("datasets/", json={"name": DATASET, "description": description})
            yield f"Demo: created the dataset {DATASET}."
        for number, (name, month) in enumerate(MONTHS, start=1):
            if self._get(f"datasets/{DATASET}/versions/{number}/") is not None:
                continue
            with (FILES / name).open("rb") as file:
                version = self._post(f"datasets/{DATASET}/versions/", files={"file": file})
            yield f"Demo: uploaded {month} as version {number}: {version['rows']} rows, {version['columns']} columns."

    def _quality(self) -> Iterator[str]:
        for number, (_, month) in enumerate(MONTHS, start=1):
            question = {"dataset": DATASET, "version": number}
            if self._done("quality-runs/", question):
                continue
            run = self._run("quality-runs/", question)
            yield f"Demo: quality of {month}: {run['score']:.1f} of 100, {len(run['issues'])} issues."

    def _drift(self) -> Iterator[str]:
        reference, current = ({"dataset": DATASET, "version": number} for number in (1, 2))
        question = {"reference": reference, "current": current}
        if self._done("drift-runs/", question):
            return
        run = self._run("drift-runs/", question)
        drifted = [feature["name"] for feature in run["features"] if feature["drifted"]]
        compared = [feature for feature in run["features"] if feature["statistic"] is not None]
        yield f"Demo: {len(drifted)} of {len(compared)} compared features drifted between January and July."

    def _done(self, path: str, question: dict[str, Any]) -> bool:
        """Whether the newest runs hold a successful one for the same question."""
        newest = self._get(f"{path}?page_size=200")["results"]
        return any(run["state"] == "succeeded" and question.items() <= run.items() for run in newest)

    def _run(self, path: str, body: dict[str, Any]) -> Any:
        asked = self._post(path, json=body)
        deadline = time.monotonic() + self._patience_s
        while time.monotonic() < deadline:
            job = self._get(f"jobs/{asked['job']}/")
            if job is not None and job["state"] == "succeeded":
                return self._get(f"{path}{asked['id']}/")
            if job is not None and job["state"] in {"failed", "cancelled"}:
                raise DemoFailed(f"The job for {path} {job['state']}: {job['message']}")
            time.sleep(0.3)
        raise DemoFailed(f"The job for {path} is not done after {self._patience_s} s. Is a worker running?")

    def _get(self, path: str) -> Any:
        answer = self._send("GET", path)
        return None if answer.status_code == 404 else self._checked(answer)

    def _post(self, path: str, **body: Any) -> Any:
        return self._checked(self._send("POST", path, **body))

    def _send(self, method: str, path: str, **body: Any) -> httpx.Response:
        """One request; waits while the portal starts or a dependency comes back."""
        deadline = time.monotonic() + self._patience_s
        while True:
            try:
                answer = self._client.request(method, path, **body)
                if answer.status_code != 503 or time.monotonic() > deadline:
                    return answer
            except httpx.TransportError as error:
                if time.monotonic() > deadline:
                    raise DemoFailed(f"{self._client.base_url} does not answer: {error}") from None
            for _, file in body.get("files", {}).items():
                file.seek(0)
            time.sleep(0.5)

    @staticmethod
    def _checked(answer: httpx.Response) -> Any:
        if answer.is_error:
            asked = f"{answer.request.method} {answer.request.url.path}"
            raise DemoFailed(f"{asked} answered {answer.status_code}: {answer.text[:300]}")
        return answer.json()

    @staticmethod
    def _card() -> Any:
        return json.loads(Path(FILES / "arrival-delay.json").read_text(encoding="utf-8"))
