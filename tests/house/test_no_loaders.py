"""What the server imports: nothing that loads a model."""

import os
import subprocess
import sys

from modelops.embedded.paths import CHECKOUT

LOADERS = {"joblib", "dill", "cloudpickle", "torch", "sklearn", "skops", "tensorflow", "keras", "mlflow"}
# What only some of the work needs; each process of the portal would begin half a second later with them.
LATE = {"numpy", "pyarrow", "pandas", "scipy", "numba", "webauthn"}
SCRIPT = """
import sys
import modelops.wsgi
from django.urls import get_resolver
get_resolver().url_patterns
print(*sorted({name.partition(".")[0] for name in sys.modules}))
import modelops.celery
modelops.celery.app.loader.import_default_modules()
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_the_server_and_its_workers_import_no_loader() -> None:
    """S0-11: web process and worker, with every route and every task; Python itself imports pickle for its copies."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=CHECKOUT, env=dict(os.environ), capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert LOADERS.isdisjoint(done.stdout.split()), LOADERS & set(done.stdout.split())
    at_the_start = done.stdout.splitlines()[0].split()
    assert LATE.isdisjoint(at_the_start), LATE & set(at_the_start)


def test_no_module_of_the_portal_opens_pickles() -> None:
    """S0-11: not under another name either: the words do not stand in its code outside of the scanner's reasons."""
    words = ("pickle.load", "pickle.Unpickler", "joblib.load", "torch.load(", "allow_pickle=True")
    found = [
        f"{path.relative_to(CHECKOUT)}: {word}"
        for app in ("modelops", "compliance", "accounts", "registry", "dataquality", "monitoring")
        for path in (CHECKOUT / app).rglob("*.py")
        for word in words
        if word in path.read_text()
    ]
    assert found == []
