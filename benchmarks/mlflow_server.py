"""MLflow's own server with PostgreSQL, where it is installed; it is no dependency of the portal.

``BENCHMARK_MLFLOW`` names a virtual environment with mlflow[auth] and psycopg2-binary. The server runs with its
defaults: no authentication unless asked for, artifacts through the server, no jobs and no telemetry.
"""

import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from modelops.embedded import processes

from .servers import Server, answers, free_port

HOW_TO_INSTALL = (
    "not measured: python -m venv FOLDER; FOLDER/bin/pip install mlflow[auth] psycopg2-binary; "
    "then BENCHMARK_MLFLOW=FOLDER"
)
_DATABASE = "mlflow"


def program() -> Path | None:
    """The command of that virtual environment, or None."""
    folder = os.environ.get("BENCHMARK_MLFLOW", "")
    found = shutil.which("mlflow", path=str(Path(folder) / "bin")) if folder else None
    return Path(found) if found else None


@contextmanager
def mlflow_server(command: Path, folder: Path, owner_url: str, workers: int, *, password: str = "") -> Iterator[Server]:
    """Its web server on a database of its own within the same PostgreSQL, until the block ends.

    With a ``password`` it asks for the user admin by its own basic-auth, with the defaults of that.
    """
    import psycopg

    with psycopg.connect(owner_url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {_DATABASE}")
    port = free_port()
    log = folder / f"mlflow{'-auth' if password else ''}.log"
    artifacts = folder / "mlflow-artifacts"
    options = ["--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)]
    options += ["--backend-store-uri", database_url(owner_url, "postgresql+psycopg2")]
    options += ["--artifacts-destination", str(artifacts)]
    options += ["--app-name", "basic-auth"] if password else []
    env = {
        "PATH": f"{command.parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_FLASK_SERVER_SECRET_KEY": secrets.token_hex(32),
        **({"MLFLOW_AUTH_ADMIN_PASSWORD": password} if password else {}),
    }
    process = processes.spawn([str(command), "server", *options], log=log, env=env, cwd=folder)
    try:
        assert processes.wait_until(lambda: answers(port, "/health"), 180), log.read_text()
        yield Server(process, port)
    finally:
        process.terminate()
        process.wait(30)


def database_url(owner_url: str, scheme: str = "postgresql") -> str:
    """The same server, with MLflow's database."""
    named = urlsplit(owner_url)._replace(scheme="postgres", path=f"/{_DATABASE}")
    return urlunsplit(named).replace("postgres:", f"{scheme}:", 1)


def fill(owner_url: str, models: list[str], versions: int) -> None:
    """Give MLflow the same models with as many versions each, and an alias at the last, in its own tables."""
    import psycopg

    now = time.time_ns() // 1_000_000
    with psycopg.connect(database_url(owner_url)) as connection:
        cursor = connection.cursor()
        with cursor.copy("COPY registered_models (name, creation_time, last_updated_time) FROM STDIN") as rows:
            for name in models:
                rows.write_row((name, now, now))
        columns = "name, version, creation_time, last_updated_time, current_stage, source, status"
        with cursor.copy(f"COPY model_versions ({columns}) FROM STDIN") as rows:
            for name in models:
                for number in range(1, versions + 1):
                    rows.write_row((name, number, now, now, "None", f"mlflow-artifacts:/{name}/{number}", "READY"))
        with cursor.copy("COPY registered_model_aliases (name, alias, version) FROM STDIN") as rows:
            for name in models:
                rows.write_row((name, "live", versions))
        cursor.execute("ANALYZE")


def creation(name: str, number: int) -> bytes:
    """The body that registers a version. Its own files it takes from runs alone, so the source is a name elsewhere."""
    said: dict[str, Any] = {"name": name, "source": f"s3://measured/{number}/model.safetensors"}
    return json.dumps(said).encode()
