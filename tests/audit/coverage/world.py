"""One portal with one of everything, and its people: what the calls of `tests/audit/coverage` are made upon.

Models are imported late: pytest reads this file before the settings.
"""

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.accounts.people import fresh, make_user, sign_in
from tests.registry import samples
from tests.scans import scan_waiting

DIRECTORY = {"model.safetensors": samples.safetensors(), "notes.txt": b"seeds\n"}


class World:
    """What is made in a call is taken back with it, so `build` makes first what they all need."""

    def __init__(self, receiver: str = "") -> None:
        self.receiver = receiver
        self._clients: dict[str, Client] = {}
        self._users: dict[str, Any] = {}
        self._keys: dict[str, str] = {}

    def build(self, roles: set[str]) -> "World":
        """These people with their browsers and keys, the model, the dataset and the second location."""
        from modelops.crypto.keyring import keyring

        keyring.forget()  # a key that an earlier test made and took back
        for role in sorted({"scientist", "guard", "colleague", *roles} - {""}):
            self.page(role)
            # The first use of a key in an hour has a row of its own.
            assert self.api(role).get("/api/v1/jobs/").status_code == 200
        self.model, self.dataset, self.location  # noqa: B018
        return self

    def user(self, role: str) -> Any:
        """The account of a role: scientist, officer, guard, other (another guard), custodian, engineer, root."""
        if role not in self._users:
            roles = {
                "scientist": "Data scientist",
                "officer": "Compliance officer",
                "guard": "Security administrator",
                "other": "Security administrator",
                "root": "Security administrator",
                "colleague": "Data scientist",
                "custodian": "Key custodian",
                "engineer": "ML engineer",
            }
            user = make_user(role, roles[role])
            if role == "root":
                user.is_superuser = user.is_staff = True
                user.save()
            self._users[role] = user
        return self._users[role]

    def actor(self, role: str) -> Any:
        """The same as the services see it."""
        from accounts.actors import actor_of

        return actor_of(self.user(role))

    def ref(self, role: str) -> str:
        """How the ledger names the account; one that was made and taken back is not known any more."""
        return str(self.user(role).pk) if role in self._users else ""

    def page(self, role: str) -> Client:
        """A signed-in browser."""
        if f"page {role}" not in self._clients:
            self._clients[f"page {role}"] = sign_in(Client(), self.user(role))
        return self._clients[f"page {role}"]

    def api(self, role: str) -> Client:
        """A program with an API key, whose person has just confirmed what it asked for."""
        from accounts.services.api_keys import issue_api_key

        if f"api {role}" not in self._clients:
            user = self.user(role)
            key = issue_api_key(user, name="coverage", scopes=["all"], days=1, actor=self.actor(role))[1]
            self._keys[role] = key
            self._clients[f"api {role}"] = Client(headers={"Authorization": f"Bearer {key}"})
        fresh(self._keys[role])
        return self._clients[f"api {role}"]

    @cached_property
    def model(self) -> Any:
        """A model with three versions: two with metrics and parameters, and a directory."""
        user = self.user("scientist")
        model = samples.make_model(user)
        for auc in (0.9, 0.8):
            samples.make_version(model, user, metrics={"auc": auc}, parameters={"depth": 3})
        self._add_directory(model)
        return model

    def _add_directory(self, model: Any) -> None:
        parts = {f"files/{path}": SimpleUploadedFile(path, content) for path, content in DIRECTORY.items()}
        answer = self.api("scientist").post(f"/api/v1/models/{model.name}/versions/", parts)
        assert answer.status_code == 201, answer.content
        scan_waiting()

    def version(self, number: int = 1) -> Any:
        return self.model.versions.get(number=number)

    @cached_property
    def dataset(self) -> Any:
        """A dataset with two versions."""
        user = self.user("scientist")
        dataset = samples.make_dataset(user)
        for _ in range(2):
            samples.make_dataset_version(dataset, user)
        return dataset

    def dataset_version(self, number: int = 1) -> Any:
        return self.dataset.versions.get(number=number)

    def address(self, route: str, **given: Any) -> str:
        """A path for a route: names and numbers of this world, ids as given."""

        def value(match: re.Match[str]) -> str:
            kind, name = match.group(1) or "str", match.group(2)
            return str(given[name] if name in given else self._value(route, kind, name))

        return "/" + re.sub(r"<(?:(\w+):)?(\w+)>", value, route)

    def _value(self, route: str, kind: str, name: str) -> Any:
        if name in {"location"} or "storage-locations/" in route:
            return self.location.name
        known: dict[str, Callable[[], Any]] = {
            "number": lambda: 1,
            "kind": lambda: "models",
            "name": lambda: (self.dataset if "datasets/" in route else self.model).name,
        }
        return known[name]()

    @cached_property
    def location(self) -> Any:
        """A second location, in another folder, in which every copy waits."""
        from pathlib import Path

        from django.conf import settings

        from registry.replication import changes

        self.model, self.dataset  # noqa: B018  made before it, so that copies of them are planned
        folder = Path(settings.MODELOPS_HOME) / "locations" / "coverage"
        return changes.add_location(
            "spare", "filesystem", {"folder": str(folder)}, secret=None, actor=self.actor("guard")
        )
