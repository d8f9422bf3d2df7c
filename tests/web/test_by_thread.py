"""Connections of the web server belong to the thread that opened them, and to no other."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import caches
from django.db import connections
from django.urls import base as addresses
from django.urls import get_script_prefix, set_script_prefix

from modelops.embedded.paths import CHECKOUT
from modelops.web.by_thread import keep_by_thread


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the web server; afterwards the tests find their own connections again."""
    for keeper, attribute in ((connections, "_connections"), (caches, "_connections")):
        monkeypatch.setattr(keeper, attribute, getattr(keeper, attribute))
    for attribute in ("_prefixes", "_urlconfs"):
        monkeypatch.setattr(addresses, attribute, getattr(addresses, attribute))
    monkeypatch.setattr(type(connections), "close_all", lambda handler: None)  # the test's own stay open
    keep_by_thread()


def test_each_thread_has_its_own_connection_and_keeps_it(kept: None) -> None:
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        first, again = (one.submit(lambda: id(connections["default"])).result() for _ in range(2))
        second = other.submit(lambda: id(connections["default"])).result()
        assert first == again
        assert second != first
        assert one.submit(lambda: [c.alias for c in connections.all(initialized_only=True)]).result() == ["default"]
    assert list(connections.all(initialized_only=True)) == []


def test_what_addresses_begin_with_belongs_to_the_thread(kept: None) -> None:
    set_script_prefix("/here/")
    with ThreadPoolExecutor(1) as other:
        assert other.submit(get_script_prefix).result() == "/"
    assert get_script_prefix() == "/here/"


def test_the_web_server_keeps_it_so() -> None:
    code = (
        "import django, threading; django.setup()\n"
        "import modelops.sealed; modelops.sealed.tell_when_sealed = lambda: None\n"  # asks the database
        "import modelops.wsgi\n"
        "from django.db import connections\n"
        "print(type(connections._connections) is threading.local)"
    )
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "modelops.settings"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=CHECKOUT, env=env)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "True"
