"""A house with one of everything, and a door through which generated requests go; what they change is taken back."""

import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from django.core import signals
from django.db import close_old_connections

from modelops.web.handler import handler
from tests.accounts.people import fresh, in_use, make_user
from tests.roles.matrix import Matrix
from tests.taken_back import taken_back

CANARY = "canary-of-a-restricted-object"


@contextmanager
def _connection_kept() -> Iterator[None]:
    ends = (signals.request_started, signals.request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in ends:
            signal.connect(close_old_connections)


class House:
    """Somebody with every role, somebody who was given nothing, and the addresses of what is there."""

    def __init__(self, receiver: str) -> None:
        self.matrix = Matrix(receiver)
        for kept in (self.matrix.secret_model, self.matrix.secret_dataset):
            type(kept).objects.filter(pk=kept.pk).update(description=CANARY)
        self._handler = handler()
        self.credential = ""
        self.keys = {"everything": self._everything(), "outsider": self._key("outsider")}

    def _everything(self) -> str:
        from django.contrib.auth.models import Group

        from accounts.services import issue_api_key

        user = make_user("asks_everything")
        user.groups.set(Group.objects.all())
        user = type(user).objects.get(pk=user.pk)
        _, text = issue_api_key(user, name="fuzz", scopes=["all"], days=1, actor=self.matrix.world.actor("guard"))
        return fresh(in_use(text))

    def _key(self, actor: str) -> str:
        client = self.matrix.client(actor, rest=True)
        assert client is not None
        return str(client.defaults["HTTP_AUTHORIZATION"]).removeprefix("Bearer ")

    def known(self, path: str, *, restricted: bool) -> dict[str, Any]:
        """Values of the parameters of an OpenAPI path that lead to something that is there."""
        route = self._routes.get(re.sub(r"\{\w+\}", "{}", path))
        assert route is not None, f"no route for {path}"
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(path))
        found = re.fullmatch(pattern, self.matrix.address(route, restricted=restricted))
        assert found is not None, path
        return {name: int(text) if name == "number" else text for name, text in found.groupdict().items()}

    @cached_property
    def _routes(self) -> dict[str, Any]:
        """By address without the names of its parameters; the first of two counts."""
        from compliance.audit.coverage.walking import all_routes

        return {"/" + re.sub(r"<(?:\w+:)?\w+>", "{}", route.path): route for route in reversed(all_routes())}

    def secrets(self) -> list[str]:
        """What somebody who was given nothing never reads."""
        from accounts.models import ApiKey

        kept = (self.matrix.secret_model, self.matrix.secret_dataset)
        versions = [version.pk for one in kept for version in one.versions.all()]
        owner = self.matrix.world.user("scientist")
        keys = ApiKey.objects.filter(owner=owner).values_list("pk", flat=True)
        return [CANARY, *(str(pk) for pk in (*(one.pk for one in kept), *versions, *keys))]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """A WSGI application: the portal, asked with the present credential."""
        environ.pop("HTTP_AUTHORIZATION", None)
        if self.credential:
            environ["HTTP_AUTHORIZATION"] = f"Bearer {self.credential}"
        environ["wsgi.errors"] = io.StringIO()
        # The test's connection stays: what the portal does at the ends of a request would close it.
        with taken_back(), _connection_kept():
            answer = self._handler(environ, start_response)
            content = b"".join(answer)
            answer.close()
        return [content]
