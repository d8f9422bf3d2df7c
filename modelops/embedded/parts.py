"""The portal's own processes and how each is started; the supervisor and the tests use the same lines."""

from __future__ import annotations

import sys
from pathlib import Path

NAMES = ("web", "worker", "beat", "sealer")
# What the sealer alone may know: whoever takes over the web server or a worker cannot sign checkpoints.
SEALER_ONLY = (
    "MODELOPS_CHECKPOINT_KEY_FILE", "MODELOPS_ANCHOR_S3_KEY_ID", "MODELOPS_ANCHOR_S3_SECRET",
    "MODELOPS_ANCHOR_S3_SECRET_FILE",
)  # fmt: skip


def command(
    part: str,
    *,
    port: int,
    web_workers: int = 2,
    concurrency: int = 2,
    tls: tuple[Path, Path] | None = None,
) -> list[str]:
    """Command line of ``part``, one of `NAMES`.

    ``tls`` holds the certificate chain (PEM) and its key (PEM, PKCS#8): the web server then speaks HTTPS only.
    """
    python = [sys.executable, "-m"]
    if part == "web":
        server = ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
        server += ["--workers", str(web_workers), "--blocking-threads", "4", "--respawn-failed-workers"]
        if tls is not None:
            # Older protocols are refused; the server knows no others than 1.2 and 1.3.
            server += ["--ssl-certificate", str(tls[0]), "--ssl-keyfile", str(tls[1]), "--ssl-protocol-min", "tls1.2"]
        log = ["--log-level", "info", "--log-config", str(Path(__file__).with_name("web_log.json"))]
        return [*python, *server, "--no-ws", *log, "modelops.wsgi:application"]
    if part == "sealer":
        return [sys.executable, "manage.py", "seal_audit_log"]
    celery = [*python, "celery", "-A", "modelops.celery"]
    if part == "worker":
        # Workers have nothing to tell each other, and gossip would fail loudly whenever the broker is away.
        alone = ["--without-mingle", "--without-gossip"]
        return [*celery, "worker", "--concurrency", str(concurrency), "-l", "info", *alone]
    if part == "beat":
        return [*celery, "beat", "-l", "info", "--pidfile", ""]
    raise ValueError(f"{part!r} is not one of {', '.join(NAMES)}.")
