"""Registered models with their versions, through scan and sealing, and the aliases that point at them."""

import math
import re
import time
from functools import partial
from typing import Any, Final

from django.db import transaction

from compliance.audit import Actor
from modelops.lib.errors import DomainError, Unavailable
from modelops.lib.names import validate_name
from registry import services
from registry.aliases import services as aliases
from registry.labels import services as labels
from registry.labels.models import VersionLabels
from registry.mlflow import finding
from registry.mlflow.shapes import FAILED, PENDING, status_of
from registry.models import ModelVersion, RegisteredModel, TaskType
from registry.promotion import requesting
from registry.promotion.models import Promotion
from registry.tracking.files.addresses import inside
from registry.tracking.files.folders import Folder, note_registered
from registry.tracking.models import LatestMetric, LoggedModel, Run

from .memory import Memory
from .report import Report
from .source import Source, SourceRefused

Said = dict[str, Any]
_MODEL: Final = re.compile(r"models:/(m-[0-9a-f]{32})(?:/(.*))?")
_MODEL_FILES: Final = re.compile(r"mlflow-artifacts:/.*/models/(m-[0-9a-f]{32})/artifacts/?(.*)")
_RUN: Final = re.compile(r"runs:/([^/]+)(?:/(.*))?")
_RUN_FILES: Final = re.compile(r"mlflow-artifacts:/.*/([0-9a-f]{32})/artifacts/?(.*)")
# A stage is an alias of this name here.
_STAGES: Final = {"Production": "production", "Staging": "staging"}
_REASON: Final = "The alias pointed at it in the server that it was imported from."
_LONGEST_OWN_TAG: Final = 250


class RegistryImport:
    """Imports registered models; what was imported before is passed over."""

    def __init__(
        self, source: Source, memory: Memory, report: Report, *, user: Any, actor: Actor, wait_s: float
    ) -> None:
        self._source, self._memory, self._report = source, memory, report
        self._user, self._actor, self._wait_s = user, actor, wait_s

    def all(self, names: frozenset[str]) -> None:
        """Every registered model, or those that are named."""
        pointing: list[tuple[ModelVersion, str]] = []
        versions: list[ModelVersion] = []
        for said in self._source.pages(
            "registered-models/search", "registered_models", {"max_results": 100}, by_get=True
        ):
            if names and said["name"] not in names:
                continue
            if _tags(said).get(labels.PROMPT_TAG) == "true":
                self._report.skip(
                    f"prompt {said['name']}", "prompts are texts; register them again with register_prompt"
                )
                continue
            try:
                found = self._model(said)
            except Unavailable:
                raise
            except DomainError as error:
                self._report.skip(f"model {said['name']}", error.message)
                continue
            versions += found.values()
            pointing += [(found[number], alias) for alias, number in _aliases(said) if number in found]
        self._await_verdicts(versions)
        for version, alias in pointing:
            self._point(version, alias)

    def _model(self, said: Said) -> dict[str, ModelVersion]:
        """The versions here by their numbers there."""
        name = str(said["name"])
        model = self._memory.model(name)
        if model is None:
            model = self._new_model(name, said)
        else:
            self._report.known["models"] += 1
        found: dict[str, ModelVersion] = {}
        quoted = name.replace("'", "''")
        asked = {"filter": f"name = '{quoted}'", "max_results": 1000}
        listed = self._source.pages("model-versions/search", "model_versions", asked, by_get=True)
        for one in sorted(listed, key=lambda version: int(version["version"])):
            known = self._memory.version(f"{name}/{one['version']}")
            if known is not None:
                self._report.known["versions"] += 1
                found[str(one["version"])] = known
                continue
            try:
                found[str(one["version"])] = self._version(model, name, one)
            except Unavailable:
                raise
            except DomainError as error:
                self._report.skip(f"version {one['version']} of {name}", error.message)
        return found

    def _new_model(self, name: str, said: Said) -> RegisteredModel:
        validate_name(name, "model")
        with transaction.atomic():
            description = str(said.get("description") or "")[:4000]
            model = services.register_model(name, TaskType.OTHER, description, actor=self._actor)
            labels.label_new_model(model, _tags(said) | self._memory.tags(name))
        self._report.take("models", name)
        return model

    def _version(self, model: RegisteredModel, name: str, said: Said) -> ModelVersion:
        folder = self._folder(said)
        run, logged = folder.run, folder.logged_model
        tags = labels.checked_tags(_tags(said)) | self._memory.tags(f"{name}/{said['version']}")
        notes = VersionLabels(
            description=str(said.get("description") or "")[: labels.LONGEST_DESCRIPTION],
            tags=tags,
            source=f"models:/{logged.model_id}"
            if logged is not None
            else f"{folder.owner.artifact_root}/{folder.path}",
            run_id=run.run_id if run is not None else "",
            logged_model_id=logged.model_id if logged is not None else "",
        )
        last = LatestMetric.objects.filter(run=run).order_by("key").values_list("key", "value")[:1000] if run else ()
        version: ModelVersion = services.add_directory_version(
            model,
            folder.openings(),
            metrics={key: value for key, value in last if math.isfinite(value)},
            parameters=_parameters(logged or run),
            tags={key: text for key, text in tags.items() if len(text) <= _LONGEST_OWN_TAG},
            run_reference=notes.run_id,
            then=partial(_note, notes, folder),
            actor=self._actor,
        )
        self._report.take("versions", f"{name} {said['version']}, here {version}")
        return version

    def _folder(self, said: Said) -> Folder:
        """What the files of the version became. Raises SourceRefused where they were not imported."""
        model_id, source = str(said.get("model_id") or ""), str(said.get("source") or "")
        if match := _MODEL.fullmatch(source) or _MODEL_FILES.fullmatch(source):
            model_id, path = match[1], match[2] or ""
        else:
            path = ""
        if model_id and (logged := self._memory.logged_model(model_id)) is not None:
            return Folder(logged, inside(path))
        if match := _RUN.fullmatch(source) or _RUN_FILES.fullmatch(source):
            run = self._memory.run(match[1])
            if run is not None:
                return Folder(run, inside(match[2] or ""))
        raise SourceRefused(
            f"Its files ({source[:200] or 'no source'}) are of no run or logged model that was imported."
        )

    def _await_verdicts(self, versions: list[ModelVersion]) -> None:
        """Let the worker judge what came, and note what it holds back."""
        until = time.monotonic() + self._wait_s
        waiting = list(versions)
        while waiting:
            left = []
            for version in waiting:
                status, why = status_of(finding.version_row(self._user, version.model.name, str(version.number)))
                if status == PENDING:
                    left.append(version)
                elif status == FAILED:
                    self._report.quarantined.append((str(version), why))
            if not left or time.monotonic() > until:
                for version in left:
                    self._report.quarantined.append((str(version), "its scan has not ended yet; see its page"))
                return
            waiting = left
            time.sleep(0.5)

    def _point(self, version: ModelVersion, alias: str) -> None:
        """Set an alias; for a protected one its promotion is requested, once."""
        if version.aliases.filter(name=alias).exists():
            self._report.known["aliases"] += 1
            return
        what = f"alias {alias} of {version}"
        try:
            if not aliases.is_protected(alias):
                aliases.set_alias(version.model, alias, version, actor=self._actor)
                self._report.take("aliases", f"{alias}: {version}")
            elif Promotion.objects.waiting().filter(model=version.model_id, alias=alias).exists():
                self._report.known["aliases"] += 1
            else:
                requesting.request(version, alias, reason=_REASON, actor=self._actor)
                self._report.requested.append((what, "waits for its approval"))
        except Unavailable:
            raise
        except DomainError as error:
            self._report.skip(what, error.message)


def _parameters(owner: LoggedModel | Run | None) -> dict[str, Any] | None:
    found: dict[str, Any] | None = owner.parameters if owner is not None else None
    return found or None


def _note(notes: VersionLabels, folder: Folder, version: ModelVersion) -> None:
    labels.label_new_version(version, notes)
    note_registered(folder, version)


def _aliases(said: Said) -> list[tuple[str, str]]:
    """Aliases with the numbers there, and what stages stand for."""
    found = {str(one["alias"]): str(one["version"]) for one in said.get("aliases") or []}
    for one in said.get("latest_versions") or []:
        if (alias := _STAGES.get(str(one.get("current_stage")))) is not None:
            found.setdefault(alias, str(one["version"]))
    return sorted(found.items())


def _tags(said: Said) -> dict[str, str]:
    return {str(one["key"]): str(one.get("value") or "") for one in said.get("tags") or []}
