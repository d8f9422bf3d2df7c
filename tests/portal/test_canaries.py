"""Secrets that were given to the portal stand in no file of its data: tables, WAL, Valkey, artifacts, logs, temp."""

import base64
import os
import re
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import redis
from django.db import connection

from tests.accounts.people import fresh
from tests.portal.client import Pipeline
from tests.portal.people import key_for
from tests.scans import scans_done

pytestmark = pytest.mark.live

WORD = "CANARY-7f3a9c41"
CELL = f"{WORD}-dataset-cell"
WEIGHTS = f"{WORD}-model-bytes".encode()
TOKEN = f"{WORD}-webhook-token-0123456789"
PARAMETER = f"{WORD}-parameter"
STORED = f"{WORD}-stored-secret"
PERSON = "canary.7f3a9c41@example.org"


def safetensors_with(payload: bytes) -> bytes:
    """A sound safetensors file whose only tensor holds ``payload``."""
    header = b'{"w":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]}}' % (len(payload), len(payload))
    header += b" " * (-len(header) % 8)
    return struct.pack("<Q", len(header)) + header + payload


def files_of(portal: Any) -> Iterator[Path]:
    """Every file that servers and portal wrote."""
    for folder in (os.environ["PORTAL_TEST_DATA"], portal.env["MODELOPS_HOME"], str(portal.folder)):
        for path in Path(folder).rglob("*"):
            if path.is_file() and not path.is_symlink():
                yield path


def flush_everything() -> None:
    """Make PostgreSQL and Valkey write what they hold in memory."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
    client = redis.Redis.from_url(os.environ["REDIS_URL"])
    client.save()
    client.close()


def test_no_canary_is_found_in_any_file(live_portal: Any, http_receiver: Any) -> None:
    """S0-35, S4-19, S1-28: planted through the public interfaces, then searched for in raw bytes, base64 and hex."""
    key, officer_key = fresh(key_for("scientist", "Data scientist")), key_for("officer", "Compliance officer")
    seed = seed_of_a_new_account(live_portal)
    with Pipeline(live_portal.url, key) as api:
        api.post("models/", json={"name": "canary", "task_type": "other", "description": ""})
        form = {"parameters": '{"note": "%s"}' % PARAMETER}
        api.post("models/canary/versions/", data=form, files={"file": ("w.safetensors", safetensors_with(WEIGHTS))})
        api.post("datasets/", json={"name": "canary"})
        rows = "".join(f"{n},{CELL}\n" for n in range(50))
        api.post("datasets/canary/versions/", files={"file": ("c.csv", f"n,word\n{rows}".encode())})
        config = {"url": f"{http_receiver.url}/{TOKEN}", "secret": TOKEN}
        api.post("alert-channels/", json={"name": "hook", "kind": "webhook", "config": config})
        run = api.post("quality-runs/", expect=202, json={"dataset": "canary", "version": 1})
        assert api.finished(run["job"])["state"] == "succeeded"
        scans_done()
        assert WEIGHTS in api.http.get("models/canary/versions/1/artifact/").content
        # A canary that is refused must not stay behind either.
        picture = {"file": ("x.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + WEIGHTS)}
        api.refused("datasets/canary/versions/", 415, "dataset.unknown_format", files=picture)
        api.http.get("models/", headers={"Authorization": f"Bearer {key}x"})
    with Pipeline(live_portal.url, fresh(officer_key)) as api:
        api.post("subject-requests/", json={"kind": "access", "subject": {"email": PERSON}})
    with Pipeline(live_portal.url, fresh(key_for("keeper", "Security administrator"))) as api:
        api.post("secrets/", json={"name": "canary", "purpose": "None", "value": STORED})
        api.refused("secrets/", 400, "secret.too_long", json={"name": "c", "purpose": "x", "value": STORED * 2000})
    flush_everything()
    canaries = {
        "dataset cell": CELL.encode(),
        "model bytes": WEIGHTS,
        "webhook token": TOKEN.encode(),
        "parameter": PARAMETER.encode(),
        "stored secret": STORED.encode(),
        "person": PERSON.encode(),
        "TOTP seed": seed.encode(),
        "TOTP seed, raw": base64.b32decode(seed),
        "API key": key.split("_")[2].encode(),
    }
    needles = {}
    for name, value in canaries.items():
        needles[name] = value
        needles[f"{name}, base64"] = base64.b64encode(value)[:-4]
        needles[f"{name}, hex"] = value.hex().encode()
    scanned, found = 0, []
    pattern = re.compile(b"|".join(re.escape(needle) for needle in needles.values()))
    for path in files_of(live_portal):
        content = path.read_bytes()
        scanned += len(content)
        for match in pattern.finditer(content):
            name = next(name for name, needle in needles.items() if needle == match.group())
            found.append(f"{name} in {path}")
    assert scanned > 10_000_000, "The sweep must have seen the database."
    assert found == []


def test_the_sweep_would_find_one(live_portal: Any) -> None:
    """A word that was stored in the clear on purpose is found: the sweep above can fail."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE planted (word text)")
        cursor.execute("INSERT INTO planted VALUES (%s)", [f"{WORD}-planted"])
    flush_everything()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE planted")
    needle = f"{WORD}-planted".encode()
    assert any(needle in path.read_bytes() for path in files_of(live_portal))


def seed_of_a_new_account(portal: Any) -> str:
    """The TOTP seed of an account that was made ready, as its owner sees it once."""
    made = subprocess.run(
        [sys.executable, "manage.py", "create_user", "seeded", "--role", "Viewer", "--password-stdin", "--totp"],
        env=portal.env,
        input="a long pass phrase for this test\n",
        capture_output=True,
        text=True,
        check=True,
    )
    uri = next(line for line in made.stdout.splitlines() if line.startswith("otpauth://"))
    return parse_qs(urlsplit(uri).query)["secret"][0]
