"""The throw-away servers and the environment of a test run, in place before settings are read."""

import base64
import os
import secrets
import tempfile
from pathlib import Path

from modelops.embedded import throwaway
from modelops.embedded.locate import DATABASE, OWNER
from tests.spreading import LIVE_TESTS

# Each pytest-xdist worker has databases of its own in the one Valkey.
DATABASES_PER_WORKER = 4
# What each process of a run copies its database from. Nobody can connect to it, which would stop the copying.
TEMPLATE = "portal_template"
_LIMITED = ("API_READ", "API_WRITE", "UPLOAD", "MLFLOW", "PAGE_READ", "PAGE_WRITE", "EXPORT", "SIGN_IN", "NETWORK")


class Services:
    """What one test run started; a run that was given servers by URL starts none."""

    def __init__(self) -> None:
        self.pair: throwaway.ThrowAway | None = None
        self.folder: tempfile.TemporaryDirectory[str] | None = None

    def start(self) -> None:
        """Start PostgreSQL and Valkey unless both are named, and export what workers and settings need."""
        if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
            self.pair = throwaway.start(migrated=True)
            template = f"CREATE DATABASE {TEMPLATE} TEMPLATE {DATABASE} OWNER {OWNER} ALLOW_CONNECTIONS false"
            self.pair.cluster.sql(template)
            os.environ["DATABASE_URL"] = self.pair.database_url
            os.environ["MODELOPS_OWNER_DATABASE_URL"] = self.pair.owner_url
            os.environ["MODELOPS_SEALER_DATABASE_URL"] = self.pair.sealer_url
            os.environ["REDIS_URL"] = self.pair.redis_url()
            os.environ["PORTAL_TEST_DATA"] = str(self.pair.folder)
        self.folder = tempfile.TemporaryDirectory(prefix="mo-home-")
        os.environ["MODELOPS_HOME"] = self.folder.name
        os.environ[LIVE_TESTS] = str(Path(self.folder.name) / "live-tests")
        os.environ["MODELOPS_ENV"] = "test"
        os.environ["SECRET_KEY"] = secrets.token_urlsafe(48)
        os.environ["MODELOPS_ROOT_KEY"] = base64.b64encode(secrets.token_bytes(32)).decode()
        # Alert receivers of the tests listen on this machine.
        os.environ["MODELOPS_ALLOW_PRIVATE_RECEIVERS"] = "1"
        # All tests come from one address within minutes; those about the limits set their own.
        for part in _LIMITED:
            os.environ[f"MODELOPS_THROTTLE_{part}"] = "1000000/1000000"
        # Without compiled modules each process of a portal would start seconds later.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        for name in ("SECRET_KEY_FILE", "MODELOPS_ROOT_KEY_FILE", "CELERY_BROKER_URL"):
            os.environ.pop(name, None)

    def stop(self) -> None:
        """Stop what was started and remove all of its files; safe to repeat."""
        if self.pair is not None:
            self.pair.remove()
            self.pair = None
        if self.folder is not None:
            self.folder.cleanup()
            self.folder = None


def take_share(worker: str | None) -> None:
    """Give this process its own part of the shared services. ``worker`` is "gw0", "gw1", … or None without xdist."""
    number = int(worker.removeprefix("gw")) + 1 if worker else 0
    url, _, db = os.environ["REDIS_URL"].partition("?db=")
    os.environ["REDIS_URL"] = f"{url}?db={int(db or 0) + number * DATABASES_PER_WORKER}"
    home = Path(os.environ["MODELOPS_HOME"]) / (worker or "single")
    home.mkdir(exist_ok=True)
    os.environ["MODELOPS_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "modelops.settings"
