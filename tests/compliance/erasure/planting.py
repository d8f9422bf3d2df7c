"""The canary in each place that a provider answers for: as an account, and as a word that somebody wrote."""

import datetime as dt
import json
import secrets
from typing import Any

from django.utils import timezone

from accounts.access.models import Emergency
from accounts.actors import actor_of
from accounts.models import User
from accounts.passkeys.models import Passkey
from accounts.recovering.models import MailedLink
from compliance.audit import Actor, define, record
from compliance.detections.models import Threshold
from compliance.registers import services as registers
from dataquality.models import AcceptedIssue, RuleSnooze, RuleSuite
from dataquality.services import start_quality_run
from monitoring.drift.services import start_drift_run
from monitoring.models.alert_on_call import OnCallRota
from monitoring.models.alert_policy import AlertSilence, EscalationChain
from monitoring.models.alert_records import AlertComment
from monitoring.models.alert_rules import AlertRule
from monitoring.models.alerts import Alert, AlertChannel
from monitoring.monitors.models import AcceptedDrift, DriftMonitor, MonitorPolicy
from registry.cards.impact.services import sign
from registry.cards.models import CardDraft
from registry.cards.services import save_card
from registry.grants.models import Grant
from registry.models import Dataset, DatasetVersion, ModelVersion, RegisteredModel, SavedFilter
from registry.promotion.models import Promotion
from registry.schemas.models import DatasetSchema
from registry.services.describing import classify
from registry.signing.models import TrustedKey
from registry.sources.models import DataImport, DataSource
from registry.tracking.models import Experiment
from registry.uploads.models import UploadSession
from tests.accounts.people import make_user
from tests.dataquality.datasets import Api
from tests.monitoring.predictions.sending import MODEL, TRUTH
from tests.registry.cards.filled import full_content
from tests.registry.mlflow.conftest import Wire, issue_key
from tests.registry.samples import make_dataset, make_dataset_version, make_model, make_version

from .canary import ADDRESS, NAME

TOLD = f"Ask {ADDRESS.title()} about it."
NAMED = define("tests.canary.named", "named somebody", category="privacy", ocsf="entity.read")
TAGS = [{"key": "contact", "value": ADDRESS}, {"key": "team", "value": "risk"}]


def as_account(person: Any) -> None:
    """What the person did and was given under their own account."""
    later = timezone.now() + dt.timedelta(days=1)
    actor = actor_of(person)
    record(NAMED, None, actor=actor, personal={"name": "Zaphod Canary"}, subject=actor)
    Emergency.objects.create(user=person, reason="night shift", ends_at=later)
    Passkey.objects.create(
        user=person, name="phone", credential_digest=secrets.token_bytes(32), sealed_credential=b"sealed"
    )
    MailedLink.objects.create(user=person, purpose="password", address=ADDRESS, expires_at=later)
    model = make_model(person, "own-model")
    make_version(model, person)
    data = make_dataset(person, "own-data")
    first, second = make_dataset_version(data, person), make_dataset_version(data, person)
    start_quality_run(first, actor=actor)
    start_drift_run(first, second, actor=actor)
    RuleSuite.objects.create(dataset=data, name="rules", owner=person)
    DriftMonitor.objects.create(name="watch", reference=first, dataset=data, owner=person)
    DatasetSchema.objects.create(
        dataset=data, number=1, data_class="training_data", document={}, digest="0" * 64,
        column_count=1, personal_count=0, created_by=person,
    )  # fmt: skip
    Grant.objects.create(model=model, user=person)
    SavedFilter.objects.create(owner=person, target="models", name="mine", query={})
    UploadSession.objects.create(owner=person, file_name="a.csv", wrapped_key=b"key", key_version=1, expires_at=later)
    Alert.objects.create(
        key="k", title="t", severity="low", opened_at=timezone.now(), last_seen_at=timezone.now(), owner=person
    )
    save_card(model, full_content(), actor=actor)
    source = DataSource.objects.create(name="bucket", kind="filesystem", options={})
    DataImport.objects.create(dataset=data, source=source, key="a.csv", size=1, tag="t", requested_by=person)
    Experiment.objects.create(number=77, name="own-experiment", owner=person)


def as_words(writer: Any) -> None:
    """Somebody else writes of the person: over MLflow's protocol, the API and the services."""
    over_mlflow(Wire(issue_key(writer)))
    label = {"id": "k1", "label": ADDRESS}
    told = {"model": MODEL, "batch_id": "t1", "labels": [label, {"id": ADDRESS, "label": 1}]}
    assert Api(User.objects.get(username="pipeline")).post(TRUTH, json.dumps(told)).status_code == 201
    actor = actor_of(writer)
    model, data = RegisteredModel.objects.get(name="told-of"), make_dataset(writer, "told-of")
    version = make_dataset_version(data, writer)
    Dataset.objects.filter(pk=data.pk).update(description=TOLD)
    DatasetVersion.objects.filter(pk=version.pk).update(deletion_reason=TOLD)
    RegisteredModel.objects.filter(pk=model.pk).update(description=TOLD, purpose=TOLD)
    ModelVersion.objects.filter(model=model).update(deletion_reason=TOLD)
    make_version(model, writer, parameters={"reviewer": ADDRESS, "depth": 3}, tags={"contact": ADDRESS},
                 run_reference=f"https://ci.example.org/runs?by={ADDRESS}")  # fmt: skip
    SavedFilter.objects.create(owner=writer, target="models", name="theirs", query={"owner": NAME})
    save_card(model, full_content(intended_use=TOLD), actor=actor)
    assessed = dict.fromkeys(("people", "benefits", "risks", "measures", "oversight"), TOLD)
    classify(model, purpose=TOLD, risk_class="high", actor=actor)
    sign(RegisteredModel.objects.get(pk=model.pk), {**assessed, "decision": "accepted"}, actor=Actor.system("tests"))
    CardDraft.objects.create(model=model, content={"limits": TOLD}, source="import")
    later, now = timezone.now() + dt.timedelta(days=1), timezone.now()
    AcceptedIssue.objects.create(dataset=data, rule="nulls", until=later, reason=TOLD)
    RuleSnooze.objects.create(
        suite=RuleSuite.objects.create(dataset=data, name="told"), rule="r", until=later, reason=TOLD
    )
    monitor = DriftMonitor.objects.create(name="told", reference=version, dataset=data)
    AcceptedDrift.objects.create(monitor=monitor, feature="a", effect=0.1, why=TOLD, until=later)
    alert = Alert.objects.create(
        key="told", title=f"who={ADDRESS}", severity="low", body=TOLD, details={"who": ADDRESS},
        opened_at=now, last_seen_at=now,
    )  # fmt: skip
    AlertComment.objects.create(alert=alert, author=writer, text=TOLD, created_at=now)
    AlertRule.objects.create(name="told", series="x", operator="above", threshold=1, missing_after_s=0, message=TOLD)
    AlertSilence.objects.create(reason=TOLD, matchers=[], starts_at=now, ends_at=later)
    in_registers(actor)
    in_reasons(monitor, writer)


def over_mlflow(wire: Wire) -> None:
    """Runs with parameters, tags and inputs; a logged model; a registered model with its labels; a prompt."""

    def post(route: str, data: Any) -> Any:
        status, said = wire.post(route, data)
        assert status == 200, (route, said)
        return said

    number = post("experiments/create", {"name": f"/Users/{ADDRESS}/delays", "tags": TAGS})["experiment_id"]
    run = post("runs/create", {"experiment_id": number, "run_name": f"by {ADDRESS}", "tags": TAGS})["run"]["info"]
    post("runs/log-parameter", {"run_id": run["run_id"], "key": "reviewer", "value": ADDRESS})
    described = {"name": ADDRESS, "digest": "d1", "source_type": "local", "source": f"/home/{NAME}/rows.csv",
                 "schema": json.dumps({"who": ADDRESS}), "profile": TOLD}  # fmt: skip
    post("runs/log-inputs", {"run_id": run["run_id"], "datasets": [{"dataset": described, "tags": TAGS}]})
    params = [{"key": "reviewer", "value": ADDRESS}]
    logged = {"experiment_id": number, "name": "told", "source_run_id": run["run_id"], "tags": TAGS, "params": params}
    post("logged-models", logged)
    post("registered-models/create", {"name": "told-of", "tags": TAGS, "description": TOLD})
    post("registered-models/create",
         {"name": "told-prompt", "tags": [{"key": "mlflow.prompt.is_prompt", "value": "true"}, *TAGS]})  # fmt: skip
    text = [{"key": "mlflow.prompt.is_prompt", "value": "true"}, {"key": "mlflow.prompt.text", "value": "Hello"}]
    sent = {"name": "told-prompt", "source": "dummy-source", "tags": [*text, *TAGS], "description": TOLD}
    post("model-versions/create", sent)


def in_registers(actor: Any) -> None:
    """An incident and a breach with their logs, and a training."""
    incident = registers.open_incident(
        {"title": "Odd reads", "severity": "low", "summary": TOLD, "lead": "security"}, actor=actor
    )
    registers.write_log(incident, TOLD, actor=actor)
    texts = dict.fromkeys(("nature", "categories", "contact", "consequences", "measures"), TOLD)
    registers.open_breach(
        {"title": "Lost disk", "known_at": timezone.now(), "subject_count": 1, "record_count": 1, **texts}, actor=actor
    )
    due = (timezone.now() + dt.timedelta(days=9)).date()
    registers.add_item({"kind": "training", "title": TOLD, "who": "desk", "due_on": due}, actor=actor)


def in_reasons(monitor: Any, writer: Any) -> None:
    """Why somebody wanted something, and how they called what they set up."""
    now = timezone.now()
    later = now + dt.timedelta(days=1)
    matchers = [{"field": "title", "operator": "contains", "pattern": ADDRESS}]
    AlertSilence.objects.create(reason="Move", matchers=matchers, while_matchers=matchers, starts_at=now, ends_at=later)
    AlertChannel.objects.create(
        name=f"Desk of {ADDRESS}", kind="email", destination="1 address", sealed_config=b"sealed",
        texts={"opened": {"title": "Look", "body": TOLD}},
    )  # fmt: skip
    EscalationChain.objects.create(name=f"Reach {ADDRESS}", matchers=matchers)
    OnCallRota.objects.create(name=f"Nights of {ADDRESS}", starts_on=now.date(), hands_over_at=dt.time(9))
    MonitorPolicy.objects.create(monitor=monitor, number=1, policy={}, why=TOLD)
    Emergency.objects.create(user=writer, reason=TOLD, ends_at=later)
    model = RegisteredModel.objects.get(name="told-of")
    Promotion.objects.create(
        model=model, number=1, alias="production", reason=TOLD, override_reason=TOLD, payload={"override": TOLD},
        payload_digest="0" * 64, approvals_needed=1, requester_kind="user", requester_ref=str(writer.pk),
        expires_at=later, decision_reason=TOLD,
    )  # fmt: skip
    names = ("controller", "purpose", "subjects", "categories", "recipients", "transfers", "retention", "measures")
    Threshold.objects.create(
        kind="brute_force", name="account", before=10, value=12, days=1, fires_now=0, fires_then=0, tried_ref="x",
        set_at=now, set_ref="x", reason=TOLD,
    )  # fmt: skip
    TrustedKey.objects.create(
        name="told", pem="x", fingerprint="0" * 64, algorithm="ed25519", revoked_at=now, revoked_because=TOLD
    )
    where = DataSource.objects.create(name="told", kind="filesystem", options={})
    DataImport.objects.create(
        dataset=Dataset.objects.get(name="told-of"), source=where, key=f"exports/{ADDRESS}/rows.csv", size=1, tag="t"
    )
    registers.add_activity({"name": "Told", "basis": "contract", **dict.fromkeys(names, TOLD)}, actor=actor_of(writer))


def somebody() -> Any:
    """Who writes of the person."""
    return make_user("writer", "Data scientist")
