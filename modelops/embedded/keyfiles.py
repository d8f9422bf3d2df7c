"""Secrets of one home. They are made once, openly, and never a second time for data that depends on the first."""

from __future__ import annotations

import base64
import os
import secrets

from modelops.embedded.locate import ROOT_KEY_NAMES
from modelops.embedded.paths import Home, private_folder, write_private
from modelops.embedded.service_user import ServiceUser


def prepare_keys(home: Home, *, database_exists: bool) -> list[str]:
    """Make the secrets that are missing and say which; none for an existing database that has lost its root key."""
    me = ServiceUser("", os.geteuid(), os.getegid())
    private_folder(home.keys, me.owner)
    brought = any(os.environ.get(name) for name in ROOT_KEY_NAMES)
    told = []
    if not brought and not home.root_key.exists() and database_exists:
        told.append(
            f"SEALED: The root key {home.root_key} is missing, and {home.postgres} already holds a database that was "
            "encrypted under it. A new key could not read it, so none is made. Put the key back from your backup and "
            f"start again; to give the data up and begin anew, remove {home.root}."
        )
    elif not brought and not home.root_key.exists():
        write_private(home.root_key, base64.b64encode(secrets.token_bytes(32)).decode() + "\n")
        told.append(f"Made a root key: {home.root_key}. Keep a copy: nothing encrypted can be read without it.")
    for path, what in ((home.secret_key, "signing secret"), (home.valkey_password, "Valkey password")):
        if not path.exists():
            write_private(path, secrets.token_urlsafe(48) + "\n")
            told.append(f"Made a {what}: {path}")
    return told
