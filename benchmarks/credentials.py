"""What it costs to know a caller by an API key, against the same view of the same portal that knows its caller already.

Both are whole requests through all middlewares: a page of 50 models out of the database. The peer differs in one thing:
the account is handed to it, so that no key is read, found, compared or looked at. Permissions are asked for by both.
"""

import copy
import statistics
import time
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from .portal import start
from .table import Table

KEY, TOKEN, NONE = "API key", "access token", "no authentication"


def measure(*, quick: bool) -> Table:
    """Requests per second in turns of short batches, so that a slow minute hits all alike."""
    start()
    requests, rounds = (10, 3) if quick else (40, 25)
    table = Table("Knowing the caller of the REST interface", "requests/s", KEY)
    work = _work()
    for run in work.values():
        for _ in range(5):
            run()
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in work}
    for _ in range(rounds):
        for name, run in work.items():
            elapsed, cpu = time.perf_counter(), time.process_time()
            for _ in range(requests):
                run()
            taken[name].append((time.perf_counter() - elapsed, time.process_time() - cpu))
    for name, rows in taken.items():
        table.figures[name] = requests / statistics.median(elapsed for elapsed, _ in rows)
    ratios = {
        kind: statistics.median(none[place] / ours[place] for none, ours in zip(taken[NONE], taken[KEY], strict=True))
        for place, kind in enumerate(("elapsed", "CPU"))
    }
    table.notes["target"] = (
        f"API key at least 0.85 times no authentication; measured {ratios['elapsed']:.2f} by elapsed time and "
        f"{ratios['CPU']:.2f} by CPU time of this process (medians of rounds)"
    )
    return table


def _work() -> dict[str, Callable[[], Any]]:
    import datetime as dt

    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from accounts.authentication import BearerAuthentication
    from accounts.models import User
    from accounts.services import issue_api_key
    from accounts.services.tokens import _pair
    from compliance.audit import Actor
    from modelops.lib.ids import uuid7
    from registry.models import RegisteredModel
    from tests.accounts.people import make_user

    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    user = make_user("benchmark", "Data scientist")
    RegisteredModel.objects.bulk_create(
        RegisteredModel(name=f"model-{number}", task_type="regression", owner=user) for number in range(200)
    )
    text = issue_api_key(user, name="benchmark", scopes=["all"], days=1, actor=Actor.system("benchmark"))[1]
    pair = _pair(user, uuid7(), ["pwd", "otp"], timezone.now() + dt.timedelta(hours=2), 3600)
    known = User.objects.get(pk=user.pk)

    def hand_over(self: Any, request: Any) -> Any:
        own = copy.copy(known)
        own.__dict__.pop("_perm_cache", None)
        return own, None

    def ask(bearer: str) -> Callable[[], Any]:
        client = Client(headers={"authorization": f"Bearer {bearer}"})

        def run() -> None:
            answer = client.get("/api/v1/models/")
            assert answer.status_code == 200, answer.content

        return run

    plain = ask("none")

    def without() -> None:
        with patch.object(BearerAuthentication, "authenticate", hand_over):
            plain()

    return {NONE: without, KEY: ask(text), TOKEN: ask(pair.access)}
