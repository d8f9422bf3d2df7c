"""Many versions of many models in a portal's database, without sending each: rows as the registry writes them."""

import secrets
from typing import Final

# Of one statement: it takes 65,535 values at most.
_ROWS: Final = 1000


def fill(names: list[str], versions: int, pipeline: str) -> str:
    """Models with as many versions each and the alias "live" at the last. Gives the API key of the new ``pipeline``."""
    from accounts.services import issue_api_key
    from accounts.services.invitations import make_service_account
    from compliance.audit import Actor
    from registry.aliases.models import Alias
    from registry.locations.filesystem import FilesystemStore
    from registry.locations.folder_files import lay_out
    from registry.models import Artifact, ModelVersion, RegisteredModel

    actor = Actor.system("benchmark")
    user = make_service_account(pipeline, "Pipeline", actor=actor)
    models = RegisteredModel.objects.bulk_create(
        RegisteredModel(name=name, task_type="regression", owner=user, last_number=versions) for name in names
    )
    for begin in range(0, len(models), 50):
        some = models[begin : begin + 50]
        artifacts = Artifact.objects.bulk_create((_artifact() for _ in range(len(some) * versions)), _ROWS)
        numbered = [(model, number) for model in some for number in range(1, versions + 1)]
        filled = (
            ModelVersion(
                model=model,
                number=number,
                state="ready",
                file_format="safetensors",
                artifact=artifact,
                metrics={"rmse": 1 / number},
                tags={"team": "search"},
                created_by=user,
            )
            for (model, number), artifact in zip(numbered, artifacts, strict=True)
        )
        rows = ModelVersion.objects.bulk_create(filled, _ROWS)
        Alias.objects.bulk_create(
            Alias(model=row.model, name="live", version=row) for row in rows if row.number == versions
        )
    # As so many files would have left their folders.
    lay_out(FilesystemStore().root, however_few=len(models) * versions >= 10_000)
    _analyse()
    return issue_api_key(user, name="benchmark", scopes=["all"], days=1, actor=actor)[1]


def _artifact() -> "Artifact":  # type: ignore[name-defined]  # noqa: F821
    from modelops.lib.ids import uuid7
    from registry.models import Artifact

    pk = uuid7()
    return Artifact(
        pk=pk,
        file_name="model.safetensors",
        sha256=secrets.token_hex(32),
        size=11_000,
        cipher="AES-256-GCM",
        location="local",
        storage_name=f"{pk.hex}.sealed",
        wrapped_key=b"measured",
        key_version=1,
    )


def _analyse() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
