"""A refused sign-in tells nothing: one answer, one status and the same work, whatever was wrong."""

import contextlib
import re
from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import hashers, throttle
from accounts.errors import SlowDown
from accounts.models import User
from compliance.audit.models import AuditEvent
from tests.accounts.people import PASSWORD, code_of, make_user

pytestmark = pytest.mark.django_db

API = "/api/v1/auth/token/"
_TABLE = re.compile(r'(?:FROM|INTO|UPDATE) "(\w+)"')
# Read once in a while, whoever comes along.
_CACHED = {"crypto_keyversion"}
_CHANGING = re.compile(r'(?<=csrfmiddlewaretoken" value=")\w+|nonce="[^"]*"|[0-9a-f]{8}-[0-9a-f-]{27,}')


class Work:
    """What a sign-in cost: statements of the database by their kind, and password hashes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.hashes = 0
        encode, verify = hashers.PortalArgon2Hasher.encode, hashers.PortalArgon2Hasher.verify

        def counted(method: Any) -> Any:
            def call(*args: Any, **kwargs: Any) -> Any:
                self.hashes += 1
                return method(*args, **kwargs)

            return call

        # What the first request of a process finds out once, such as the key of the day, is not of one try alone.
        Client().post("/sign-in/", {"username": "somebody", "password": "else"})
        monkeypatch.setattr(hashers.PortalArgon2Hasher, "encode", counted(encode))
        monkeypatch.setattr(hashers.PortalArgon2Hasher, "verify", counted(verify))

    def of(self, act: Any) -> tuple[dict[str, int], int, Any]:
        """Statements, hashes and answer."""
        before = self.hashes
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = act()
        found = [(query["sql"].split()[0], _TABLE.search(query["sql"])) for query in queries]
        counted = [f"{verb} {table[1]}" for verb, table in found if table and table[1] not in _CACHED]
        return dict(Counter(counted)), self.hashes - before, answer


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    """Counts what a request costs."""
    return Work(monkeypatch)


def shown(answer: Any) -> tuple[int, str, str]:
    """What the other side sees."""
    headers = {
        name: value for name, value in answer.headers.items() if name in {"Location", "Content-Type", "Retry-After"}
    }
    return answer.status_code, str(sorted(headers.items())), _CHANGING.sub("", answer.content.decode())


TRIES = {
    "unknown name": ("nobody", PASSWORD, "12345"),
    "wrong password": ("scientist", "wrong horse battery staple", "12345"),
    "wrong code": ("scientist", PASSWORD, "12345"),
}


def test_the_api_answers_alike_after_the_same_work(client: Client, work: Work) -> None:
    """S4-36, S3-14: unknown name, wrong password, wrong code."""
    make_user(password=PASSWORD)
    found = {}
    for name, (username, password, code) in TRIES.items():
        body = {"username": username, "password": password, "otp": code}
        statements, hashes, answer = work.of(lambda body=body: client.post(API, body, content_type="application/json"))
        found[name] = (statements, hashes, *shown(answer))
    assert found["unknown name"] == found["wrong password"] == found["wrong code"]
    assert found["wrong code"][1:3] == (1, 401)


def both_steps(work: Work, username: str, password: str, code: str) -> list[Any]:
    """What the two posts and the page between them cost and show."""
    client = Client()
    client.get("/sign-in/")
    costs = [
        work.of(lambda: client.post("/sign-in/", {"username": username, "password": password})),
        work.of(lambda: client.get("/sign-in/code/")),
        work.of(lambda: client.post("/sign-in/code/", {"code": code})),
    ]
    return [(statements, hashes, shown(answer)) for statements, hashes, answer in costs]


def test_the_pages_answer_alike_after_the_same_work(work: Work) -> None:
    """S4-36: neither step tells whether the name is known or the password right."""
    make_user(password=PASSWORD)
    found = {name: both_steps(work, *given) for name, given in TRIES.items()}
    for step in range(3):
        assert found["unknown name"][step] == found["wrong password"][step] == found["wrong code"][step], step
    assert [answer[0] for _, _, answer in found["wrong code"]] == [302, 200, 401]
    assert [hashes for _, hashes, _ in found["wrong code"]] == [1, 0, 0]


def test_strangers_everywhere_cannot_keep_somebody_waiting(client: Client) -> None:
    """S4-36: a network that the account signed in from is not slowed down by what others try elsewhere."""
    user = make_user(password=PASSWORD)
    client.post("/sign-in/", {"username": "scientist", "password": PASSWORD})
    assert client.post("/sign-in/code/", {"code": code_of(user)}).status_code == 302
    for _ in range(60):
        with contextlib.suppress(SlowDown):
            throttle.take(throttle.PASSWORD_ANYWHERE, "scientist")
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert elsewhere.post("/sign-in/", {"username": "scientist", "password": PASSWORD}).status_code == 429
    assert Client().post("/sign-in/", {"username": "scientist", "password": PASSWORD}).status_code == 302


def test_the_wait_after_wrong_codes_tells_nothing_either() -> None:
    """S3-14: five codes, then five minutes, with the right password as with a wrong one, in a new browser too."""
    make_user(password=PASSWORD)
    for username, password, code in TRIES.values():
        statuses = []
        for _ in range(2):
            client = Client()
            client.post("/sign-in/", {"username": username, "password": password})
            statuses += [client.post("/sign-in/code/", {"code": code}).status_code for _ in range(3)]
        assert statuses == [401] * 5 + [429], password


def test_codes_after_a_wrong_password_slow_nobody_down() -> None:
    """S3-14: a stranger without the password cannot use up the codes of somebody else."""
    user = make_user(password=PASSWORD)
    stranger = Client(REMOTE_ADDR="203.0.113.9")
    stranger.post("/sign-in/", {"username": "scientist", "password": "wrong horse battery staple"})
    for _ in range(6):
        stranger.post("/sign-in/code/", {"code": "123456"})
    client = Client()
    client.post("/sign-in/", {"username": "scientist", "password": PASSWORD})
    assert client.post("/sign-in/code/", {"code": code_of(user)}).status_code == 302
    reasons = AuditEvent.objects.filter(name="accounts.code.refused").values_list("details__reason", flat=True)
    assert set(reasons) == {"after a wrong name or password"}


def test_the_name_counts_in_any_case_and_so_does_a_confirmed_address(client: Client) -> None:
    """S4-34: one account, however it is typed; an address that is not confirmed names nobody."""
    user = make_user("Bob_1", password=PASSWORD)
    User.objects.filter(pk=user.pk).update(email="Bob@Plover.example", email_confirmed_at=timezone.now())
    for name in ("bob_1", "BOB_1", "bob@plover.example"):
        client.post("/sign-in/", {"username": name, "password": PASSWORD})
        assert client.post("/sign-in/code/", {"code": code_of(user)}).status_code == 302, name
        client.post("/sign-out/")
        user.totpdevice_set.update(last_step=0)
    User.objects.filter(pk=user.pk).update(email_confirmed_at=None)
    client.post("/sign-in/", {"username": "bob@plover.example", "password": PASSWORD})
    assert client.post("/sign-in/code/", {"code": code_of(user)}).status_code == 401


def test_an_address_of_two_accounts_names_neither(client: Client) -> None:
    """S4-34."""
    for name in ("first_one", "second_one"):
        user = make_user(name, password=PASSWORD)
        User.objects.filter(pk=user.pk).update(email="team@plover.example", email_confirmed_at=timezone.now())
    client.post("/sign-in/", {"username": "team@plover.example", "password": PASSWORD})
    assert client.post("/sign-in/code/", {"code": code_of(user)}).status_code == 401
