"""An import as a process of its own: killed in the middle, run twice at once, and what waits for people."""

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from modelops.embedded.paths import CHECKOUT
from tests.registry.mlflow.served import Served
from tests.registry.mlflow.test_import import MODEL, RUN, server
from tests.scans import scan_waiting

if TYPE_CHECKING:
    from tests.live import LivePortal

pytestmark = pytest.mark.live
__all__ = ["server"]


def started(portal: "LivePortal", server: Served) -> "subprocess.Popen[str]":
    command = ["import_mlflow", server.uri, "--as", "engineer", "--json", "--wait", "0"]
    return subprocess.Popen(
        [sys.executable, "manage.py", *command],
        cwd=CHECKOUT, env=portal.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def ended(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


@pytest.fixture
def engineer(live_portal: "LivePortal") -> Any:
    from tests.accounts.people import make_user

    return make_user("engineer", "ML engineer")


@pytest.mark.parametrize("place", [f"3/{RUN}/artifacts/notes/a.txt", f"3/models/{MODEL}/artifacts/code/a.txt"])
def test_what_was_killed_goes_on_where_it_stopped(
    engineer: Any, live_portal: "LivePortal", server: Served, place: str
) -> None:
    """kill -9 while a file is on its way; the next import brings the rest, and nothing twice."""
    from registry.models import ModelVersion
    from registry.tracking.models import Experiment, LoggedModel, Metric, Run, TrackedFile

    server.stuck_at = place
    first = started(live_portal, server)
    assert server.reached.wait(60)
    first.send_signal(signal.SIGKILL)
    assert ended(first)[0] == -signal.SIGKILL
    server.stuck_at = ""
    server.let_go.set()
    assert not TrackedFile.objects.filter(path=place.partition("/artifacts/")[2]).exists()
    code, out, err = ended(started(live_portal, server))
    assert code == 0, err
    assert json.loads(out)["imported"]["files"] >= 1
    assert (Experiment.objects.filter(name="delays").count(), Run.objects.count()) == (1, 1)
    assert (LoggedModel.objects.count(), ModelVersion.objects.count(), Metric.objects.count()) == (2, 2, 2)
    assert TrackedFile.objects.count() == 4
    code, out, err = ended(started(live_portal, server))
    assert (code, json.loads(out)["imported"]) == (0, {}), err


def test_a_second_import_at_the_same_time_is_refused(engineer: Any, live_portal: "LivePortal", server: Served) -> None:
    from registry.tracking.models import Run

    server.stuck_at = f"3/{RUN}/artifacts/notes/a.txt"
    first = started(live_portal, server)
    assert server.reached.wait(60)
    code, _, err = ended(started(live_portal, server))
    assert code == 1
    assert "Another import" in err
    server.let_go.set()
    code, out, err = ended(first)
    assert code == 0, err
    assert json.loads(out)["imported"]["files"] == 4
    assert Run.objects.count() == 1


def test_aliases_and_stages_that_are_protected_open_a_promotion(
    engineer: Any, live_portal: "LivePortal", server: Served
) -> None:
    """*Production* there asks for the alias here, once; when others have approved, the alias is known as set."""
    from registry.aliases.models import Alias
    from registry.models import RegisteredModel
    from registry.promotion.models import Promotion
    from tests.registry.promotion.promoting import approve, approver, be_lenient

    said = server.answers["registered-models/search"]["registered_models"][0]
    said["aliases"] = []
    said["latest_versions"] = [{"version": "2", "current_stage": "Production"}]
    assert ended(started(live_portal, server))[0] == 0
    be_lenient(RegisteredModel.objects.get())
    scan_waiting()
    code, out, err = ended(started(live_portal, server))
    assert code == 0, err
    found = json.loads(out)
    assert [one["what"] for one in found["promotions_requested"]] == ["alias production of arrival-delay v1"], found
    promotion = Promotion.objects.get()
    assert (promotion.alias, promotion.requester_ref) == ("production", str(engineer.pk))
    assert not Alias.objects.exists()
    assert json.loads(ended(started(live_portal, server))[1])["promotions_requested"] == []
    assert Promotion.objects.count() == 1
    approve(promotion, *(approver(number) for number in range(1, promotion.approvals_needed + 1)))
    assert Alias.objects.get().name == "production"
    assert json.loads(ended(started(live_portal, server))[1])["imported_before"]["aliases"] == 1
