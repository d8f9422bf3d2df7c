"""Experiments with their runs and logged models, and the files of these."""

from collections import defaultdict
from typing import Any

from django.db import transaction

from compliance.audit import Actor
from modelops.lib.errors import DomainError, Unavailable
from registry.tracking.files import storing
from registry.tracking.files.addresses import inside
from registry.tracking.files.owners import Owner, belonging_to
from registry.tracking.logged import services as logged
from registry.tracking.models import Experiment, LoggedModel, LoggedModelStatus, Run, TrackedFile
from registry.tracking.services import experiments, inputs, logging, runs

from .memory import DONE, Memory
from .report import Report
from .source import Source

Said = dict[str, Any]
_HISTORY = 25_000


class RunImport:
    """Imports experiments; what was imported before is passed over, and what lacks files gets them."""

    def __init__(self, source: Source, memory: Memory, report: Report, *, user: Any, actor: Actor) -> None:
        self._source, self._memory, self._report = source, memory, report
        self._user, self._actor = user, actor

    def all(self, names: frozenset[str]) -> None:
        """Every experiment, or those that are named."""
        asked = {"max_results": 1000, "view_type": "ACTIVE_ONLY"}
        for said in self._source.pages("experiments/search", "experiments", asked):
            if not names or said["name"] in names:
                self._experiment(said)

    def _experiment(self, said: Said) -> None:
        ref = str(said["experiment_id"])
        experiment = self._memory.experiment(ref)
        if experiment is None:
            experiment = self._made(ref, said)
        else:
            self._report.known["experiments"] += 1
        by_run: dict[str, list[Said]] = defaultdict(list)
        asked = {"experiment_ids": [ref], "max_results": 100}
        try:
            for model in self._source.pages("logged-models/search", "models", asked):
                by_run[str(model["info"].get("source_run_id") or "")].append(model)
        except DomainError as error:
            if isinstance(error, Unavailable):
                raise
            self._report.skip(f"logged models of experiment {said['name']}", error.message)
        for run in self._source.pages("runs/search", "runs", {**asked, "run_view_type": "ACTIVE_ONLY"}):
            self._guarded(f"run {run['info']['run_id']}", self._run, experiment, run, by_run)
        for model in by_run.get("", []):
            self._guarded(f"logged model {model['info']['model_id']}", self._alone, experiment, model)

    def _made(self, ref: str, said: Said) -> Experiment:
        """A new experiment, or the one of that name: runs of both are about the same question."""
        present: Experiment | None = Experiment.objects.filter(name=said["name"], deleted_at=None).first()
        tags = _tags(said)
        if present is None:
            made = experiments.create_experiment(said["name"], tags | self._memory.tags(ref), actor=self._actor)
            self._report.take("experiments", said["name"])
            return made
        for key, value in self._memory.tags(ref).items():
            experiments.tag_experiment(present, key, value, actor=self._actor)
        self._report.take("experiments", f"{said['name']} (joined the one of that name)")
        return present

    def _run(self, experiment: Experiment, said: Said, by_run: dict[str, list[Said]]) -> None:
        ref = str(said["info"]["run_id"])
        run = self._memory.run(ref)
        if run is None:
            with transaction.atomic():
                run = self._new_run(experiment, ref, said, by_run[ref])
            self._report.take("runs", run.name)
        else:
            self._report.known["runs"] += 1
        for model in by_run[ref]:
            if (row := self._memory.logged_model(str(model["info"]["model_id"]))) is not None:
                self._files_of_model(row, model)
        if DONE not in run.tags:
            self._copy(run, str(said["info"].get("artifact_uri", "")))
            logging.log(run, tags={DONE: "yes"}, actor=self._actor)

    def _new_run(self, experiment: Experiment, ref: str, said: Said, models: list[Said]) -> Run:
        info, data = said["info"], said.get("data") or {}
        tags = _tags(data) | self._memory.tags(ref)
        name = str(info.get("run_name") or tags.get(runs.NAME_TAG, ""))
        tags.pop(runs.NAME_TAG, None)
        run = runs.start_run(experiment, name, int(info.get("start_time") or 0), tags, actor=self._actor)
        of_model: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
        for model in models:
            row = self._new_model(experiment, model, run)
            inputs.add_outputs(run, [(row, 0)], actor=self._actor)
            for one in (model.get("data") or {}).get("metrics") or []:
                of_model[_fact(one)].append(row.pk)
        measured = [
            logging.Measured(
                one["key"],
                float(one["value"]),
                int(one.get("step") or 0),
                int(one["timestamp"]),
                logged_model=model,
            )
            for metric in data.get("metrics") or []
            for one in self._history(ref, metric["key"])
            for model in of_model.get(_fact(one), [None])
        ]
        parameters = {one["key"]: one["value"] for one in data.get("params") or []}
        logging.log(run, metrics=measured, parameters=parameters, actor=self._actor)
        datasets = [_dataset(one) for one in (said.get("inputs") or {}).get("dataset_inputs") or []]
        if datasets:
            inputs.add_inputs(run, datasets, user=self._user, actor=self._actor)
        ended = int(info["end_time"]) if info.get("end_time") else None
        return runs.change_run(run, status=str(info.get("status") or ""), ended_ms=ended, actor=self._actor)

    def _history(self, ref: str, key: str) -> list[Said]:
        asked = {"run_id": ref, "run_uuid": ref, "metric_key": key, "max_results": _HISTORY}
        return list(self._source.pages("metrics/get-history", "metrics", asked, by_get=True))

    def _alone(self, experiment: Experiment, said: Said) -> None:
        row = self._memory.logged_model(str(said["info"]["model_id"]))
        self._files_of_model(row or self._new_model(experiment, said, None), said)

    def _new_model(self, experiment: Experiment, said: Said, run: Run | None) -> LoggedModel:
        info = said["info"]
        known = self._memory.logged_model(str(info["model_id"]))
        if known is not None:
            return known
        row = logged.log_model(
            experiment,
            name=str(info.get("name") or ""),
            source_run=run,
            model_type=str(info.get("model_type") or ""),
            tags=_tags(info) | self._memory.tags(str(info["model_id"])),
            parameters={one["key"]: one["value"] for one in (said.get("data") or {}).get("params") or []},
            actor=self._actor,
        )
        self._report.take("logged models")
        return row

    def _files_of_model(self, row: LoggedModel, said: Said) -> None:
        if DONE in row.tags:
            self._report.known["logged models"] += 1
            return
        self._copy(row, str(said["info"].get("artifact_uri", "")))
        if said["info"].get("status") in LoggedModelStatus.values:
            logged.finish(row, LoggedModelStatus(said["info"]["status"]), actor=self._actor)
        logged.set_tags(row, {DONE: "yes"}, actor=self._actor)

    def _copy(self, owner: Owner, uri: str) -> None:
        """Every file that is not there yet, each in a transaction of its own."""
        try:
            listed = self._source.files(uri)
        except Unavailable:
            raise
        except DomainError as error:
            self._report.skip(f"files of {owner.audit_label}", error.message)
            return
        present = dict(TrackedFile.objects.filter(**belonging_to(owner)).values_list("path", "size"))
        for path, size in listed:
            if present.get(path) != size:
                self._guarded(f"file {path} of {owner.audit_label}", self._file, owner, uri, path)

    def _file(self, owner: Owner, uri: str, path: str) -> None:
        with self._source.pieces(uri, path) as pieces:
            storing.store(owner, inside(path), pieces, actor=self._actor)
        self._report.take("files")

    def _guarded(self, what: str, act: Any, *given: Any) -> None:
        """A refusal leaves out one thing; without the server nothing goes on."""
        try:
            act(*given)
        except Unavailable:
            raise
        except DomainError as error:
            self._report.skip(what, error.message)


def _tags(said: Said) -> dict[str, str]:
    return {str(one["key"]): str(one.get("value") or "") for one in said.get("tags") or []}


def _fact(one: Said) -> tuple[Any, ...]:
    """What makes a value of a metric that value, whichever list it stands in."""
    return (one["key"], str(one["value"]), one.get("timestamp"), one.get("step") or 0)


def _dataset(said: Said) -> inputs.GivenDataset:
    dataset = said["dataset"]
    return inputs.GivenDataset(
        str(dataset["name"]),
        str(dataset["digest"]),
        str(dataset.get("source_type") or ""),
        str(dataset.get("source") or ""),
        str(dataset.get("schema") or ""),
        str(dataset.get("profile") or ""),
        _tags(said),
    )
