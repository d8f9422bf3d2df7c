"""What signing in costs beside the password hash, which is slow on purpose: everything else must hardly show.

A whole sign-in by the REST interface (one request: password, code, two tokens, the rows of the ledger), one in a
browser that the account signed in with before (two forms, a session), and one in a browser for the first time (a device
and its row beside them, and the end of the oldest session) are compared with verifying the same hash alone. Guessing
must not become cheaper by what is left out, so all go through the portal's whole middleware.
"""

import json
import statistics
import time
from collections.abc import Callable

from . import portal
from .sessions import _backends
from .table import Table

AIM = 1.3
_HASH = "the password hash alone (limit)"
_API = "a sign-in with a code, by the REST interface"
_BROWSER = "a sign-in with a code, in a browser that is known"
_NEW_BROWSER = "a sign-in with a code, in a browser for the first time"
_WAYS = (_API, _BROWSER, _NEW_BROWSER)
_PASSWORD = "a benchmark has no secrets of its own"  # noqa: S105  of a throw-away database


def measure(*, quick: bool = False) -> Table:
    """Sign-ins a second of each way; the ratio of their CPU time to the hash stands in the notes."""
    portal.start()
    work = _work()
    rounds, unmeasured = (1, 1) if quick else (60, 3)
    cpu: dict[str, list[float]] = {name: [] for name in work}
    wall: dict[str, list[float]] = {name: [] for name in work}
    for number in range(rounds + unmeasured):
        for name, (prepare, run) in work.items():
            prepare()
            busy, started = time.process_time(), time.perf_counter()
            run()
            if number >= unmeasured:  # the first ones import and connect
                cpu[name].append(time.process_time() - busy)
                wall[name].append(time.perf_counter() - started)
    medians = {name: statistics.median(taken) for name, taken in wall.items()}
    table = Table("Signing in", "a second, one after the other", _API, {n: 1 / taken for n, taken in medians.items()})
    alone = statistics.median(cpu[_HASH])
    served = {name: _of_database(*work[name], rounds) for name in _WAYS}
    for name in _WAYS:
        by_clock = medians[name] / medians[_HASH]
        by_cpu = (statistics.median(cpu[name]) + served[name]) / alone
        table.notes[name] = (
            f"{by_clock:.2f} times the hash by the clock, {by_cpu:.2f} times its CPU, PostgreSQL's with it: "
            f"{'within' if by_clock <= AIM else 'over'} {AIM}"
        )
    return table


Steps = tuple[Callable[[], None], Callable[[], None]]


def _work() -> dict[str, Steps]:
    from django.contrib.auth.hashers import check_password
    from django.test import Client
    from django.utils import timezone

    from accounts import totp
    from accounts.models import TOTPDevice, User
    from accounts.services import ensure_ready_account
    from compliance.audit import Actor

    at_home, elsewhere = (
        ensure_ready_account(name, "Data scientist", password=_PASSWORD, actor=Actor.system("benchmark"))[0]
        for name in ("scientist", "traveller")
    )
    encoded = User.objects.get(pk=at_home.pk).password
    seeds = {one.user_id: one.open_seed() for one in TOTPDevice.objects.filter(confirmed=True)}
    code = [""]
    program, browser, new = (Client(headers={"host": "localhost"}) for _ in range(3))

    def fresh_code(user: User = at_home) -> None:
        """The code may be used again: nobody waits 30 seconds here."""
        TOTPDevice.objects.filter(user=user).update(last_step=-1)
        code[0] = totp.code_at(seeds[user.pk], timezone.now().timestamp())

    def hash_alone() -> None:
        if not check_password(_PASSWORD, encoded):
            raise RuntimeError("The password is not right.")

    def by_rest() -> None:
        body = json.dumps({"username": "scientist", "password": _PASSWORD, "otp": code[0]})
        answer = program.post("/api/v1/auth/token/", body, content_type="application/json")
        if answer.status_code != 200:
            raise RuntimeError(f"{answer.status_code} {answer.content[:300]!r}")

    def signed_out() -> None:
        fresh_code()
        browser.post("/sign-out/")

    def without_cookies() -> None:
        fresh_code(elsewhere)
        new.cookies.clear()

    def sign_in(browser: Client, user: User) -> None:
        browser.post("/sign-in/", {"username": user.username, "password": _PASSWORD})
        answer = browser.post("/sign-in/code/", {"code": code[0]})
        if answer.status_code != 302 or answer.headers["location"].startswith("/sign-in/"):
            raise RuntimeError(f"{answer.status_code} {answer.content[:300]!r}")

    return {
        _HASH: (lambda: None, hash_alone),
        _API: (fresh_code, by_rest),
        _BROWSER: (signed_out, lambda: sign_in(browser, at_home)),
        _NEW_BROWSER: (without_cookies, lambda: sign_in(new, elsewhere)),
    }


def _of_database(prepare: Callable[[], None], run: Callable[[], None], rounds: int) -> float:
    """CPU seconds of PostgreSQL's backends for one run; their clock is coarse, so over all rounds."""
    taken = 0.0
    for _ in range(rounds):
        prepare()
        before = _backends()
        run()
        taken += _backends() - before
    return taken / rounds
