"""The real client of MLflow registers, waits, moves aliases and stages, searches and keeps prompts."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.registry.mlflow.conftest import issue_key
from tests.registry.mlflow.logging_files import MLMODEL
from tests.registry.promotion.promoting import approve, approver, be_lenient
from tests.registry.samples import harmful, safetensors

if TYPE_CHECKING:
    from tests.live import LivePortal

pytestmark = pytest.mark.live


@pytest.fixture
def mlflow(mlflow_client: Any, live_portal: "LivePortal", monkeypatch: pytest.MonkeyPatch) -> Any:
    """The client as an ML engineer, who may move aliases, beside a worker that scans."""
    from tests.accounts.people import make_user

    live_portal.start("worker")
    # The client looks again every three seconds.
    monkeypatch.setattr(
        "mlflow.store.model_registry.abstract_store.AWAIT_MODEL_VERSION_CREATE_SLEEP_INTERVAL_SECONDS", 0.2
    )
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", issue_key(make_user("engineer", "ML engineer")))
    return mlflow_client


def logged(mlflow: Any, folder: Path, **more: bytes) -> str:
    """A run with the files of a model; where they are."""
    files = {"MLmodel": MLMODEL, "weights.safetensors": safetensors(), **more}
    kept = folder / "model"
    kept.mkdir()
    for name, content in files.items():
        (kept / name).write_bytes(content)
    with mlflow.start_run() as run:
        mlflow.log_artifacts(str(kept), "model")
    return f"runs:/{run.info.run_id}/model"


def test_the_client_works_with_the_registry(mlflow: Any, tmp_path: Path) -> None:
    """Register, wait for the scan, tag, alias, stage, rename, copy, search in pages, load files, delete."""
    from mlflow.exceptions import MlflowException

    client, source = mlflow.MlflowClient(), logged(mlflow, tmp_path)
    client.create_registered_model("delay", tags={"team": "risk"}, description="dé ✓ 'quoted'")
    with pytest.raises(MlflowException, match=r"already exists") as refused:
        client.create_registered_model("delay")
    assert refused.value.error_code == "RESOURCE_ALREADY_EXISTS"
    first = mlflow.register_model(source, "delay", await_registration_for=120, tags={"i": "1"})
    assert (first.version, first.tags) == ("1", {"i": "1"})
    assert client.get_model_version("delay", "1").status == "READY"
    with ThreadPoolExecutor(4) as pool:
        more = list(pool.map(lambda _: client.create_model_version("delay", source, await_creation_for=120), "1234"))
    assert sorted(one.version for one in more) == ["2", "3", "4", "5"]

    client.set_model_version_tag("delay", "1", "approved", "yes")
    client.update_model_version("delay", "1", description="vd")
    client.set_registered_model_alias("delay", "challenger", "1")
    found = client.get_model_version_by_alias("delay", "challenger")
    assert (found.version, found.tags, found.description) == ("1", {"i": "1", "approved": "yes"}, "vd")
    with pytest.warns(FutureWarning, match="stages"):
        moved = client.transition_model_version_stage("delay", "2", "Staging")
    assert moved.current_stage == "Staging"
    with pytest.warns(FutureWarning, match="latest_versions"):
        newest = client.get_latest_versions("delay", ["Staging"])
    assert [one.version for one in newest] == ["2"]

    held, token = [], None
    while True:
        page = client.search_model_versions("name = 'delay'", max_results=2, page_token=token)
        held += [one.version for one in page]
        token = page.token
        if not token:
            break
    assert sorted(held) == ["1", "2", "3", "4", "5"]
    assert [one.name for one in client.search_registered_models("name LIKE 'del%' AND tags.team = 'risk'")] == ["delay"]
    with pytest.raises(MlflowException, match="Invalid clause"):
        client.search_registered_models("name = 'a' OR name = 'b'")

    fetched = mlflow.artifacts.download_artifacts("models:/delay@challenger", dst_path=str(tmp_path / "fetched"))
    assert (Path(fetched) / "weights.safetensors").read_bytes() == safetensors()
    copied = client.copy_model_version("models:/delay@challenger", "delay-copy")
    assert (copied.name, copied.version) == ("delay-copy", "1")
    client.rename_registered_model("delay", "lateness")
    assert client.get_model_version_by_alias("lateness", "challenger").version == "1"
    client.delete_registered_model_alias("lateness", "challenger")
    client.delete_model_version("lateness", "5")
    with pytest.raises(MlflowException, match=r"Model Version \(name=lateness, version=5\) not found"):
        client.get_model_version("lateness", "5")


def test_a_protected_alias_waits_for_people(mlflow: Any, tmp_path: Path) -> None:
    """The client reads the address of the page; once people have approved there, the same call succeeds."""
    from mlflow.exceptions import MlflowException

    from registry.models import RegisteredModel
    from registry.promotion.models import Promotion

    client, source = mlflow.MlflowClient(), logged(mlflow, tmp_path)
    client.create_registered_model("delay")
    mlflow.register_model(source, "delay", await_registration_for=120)
    be_lenient(RegisteredModel.objects.get(name="delay"))
    with pytest.raises(MlflowException, match=r"protected alias.*/promotions/") as refused:
        client.set_registered_model_alias("delay", "champion", "1")
    assert refused.value.error_code == "PERMISSION_DENIED"
    promotion = Promotion.objects.get()
    approve(promotion, *(approver(number) for number in range(1, promotion.approvals_needed + 1)))
    client.set_registered_model_alias("delay", "champion", "1")
    assert client.get_model_version_by_alias("delay", "champion").version == "1"


def test_what_the_scanner_holds_is_no_version_for_the_client(mlflow: Any, tmp_path: Path) -> None:
    from mlflow.exceptions import MlflowException

    source = logged(mlflow, tmp_path, **{"model.pkl": harmful()})
    with pytest.raises(MlflowException, match=r"FAILED_REGISTRATION.*quarantine"):
        mlflow.register_model(source, "delay", await_registration_for=120)
    with pytest.raises(MlflowException, match="quarantine|clean"):
        mlflow.artifacts.download_artifacts("models:/delay/1", dst_path=str(tmp_path / "fetched"))


def test_prompts_are_registered_loaded_and_searched(mlflow: Any) -> None:
    first = mlflow.genai.register_prompt("greeting", "Hello {{name}}", commit_message="first", tags={"team": "risk"})
    chat = [{"role": "user", "content": "Hi {{name}}"}]
    second = mlflow.genai.register_prompt("greeting", chat)
    assert (first.version, second.version) == (1, 2)
    mlflow.genai.set_prompt_alias("greeting", "calm", 1)
    assert mlflow.genai.load_prompt("prompts:/greeting@calm").format(name="you") == "Hello you"
    assert mlflow.genai.load_prompt("greeting", version=2).template == chat
    assert [one.name for one in mlflow.genai.search_prompts()] == ["greeting"]
    assert mlflow.MlflowClient().search_registered_models() == []
