"""Calls every method of every route as every role, with an empty body, and says in one word what came of it.

The words are a status, and for redirects where they lead: ``302:sign-in`` to the sign-in, ``302:confirm`` to the page
that asks for a fresh second factor, ``302:reason`` to the one that asks a superuser for a reason.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.test import Client

from compliance.audit.coverage.walking import Route, all_routes
from modelops.crypto.keyring import keyring
from tests.accounts.people import fresh, in_use, make_user, sign_in
from tests.audit.coverage.test_admin_pages import _stock
from tests.audit.coverage.world import World
from tests.taken_back import taken_back

# What in an address tells of a model or dataset, which may be restricted.
_NAMED = ("<object_name:name>", "posture/models/")
NOBODY = "00000000-0000-7000-8000-000000000000"
_ROLES = {
    "none": "Viewer",
    "viewer": "Viewer",
    "scientist": "Data scientist",
    "engineer": "ML engineer",
    "officer": "Compliance officer",
    "guard": "Security administrator",
    "custodian": "Key custodian",
    "pipeline": "Pipeline",
}
# Parts of addresses by what stands before them, the longest that fits counts; a label gives the newest row's id.
_IDS = {
    "api/v1/api-keys/": "accounts.ApiKey",
    "api/v1/uploads/": "uploads.UploadSession",
    "signing-keys/": "signing.TrustedKey",
    "signatures/": "signing.VersionSignature",
    "variants/": "variants.Variant",
    "quality-runs/": "dataquality.QualityRun",
    "quality/": "dataquality.QualityRun",
    "rule-suites/": "dataquality.RuleSuite",
    "drift-runs/": "monitoring.DriftRun",
    "drift/": "monitoring.DriftRun",
    "deployment-endpoints/": "endpoints.DeploymentEndpoint",
    "alerts/": "monitoring.Alert",
    "alert-channels/": "monitoring.AlertChannel",
    "alert-rules/": "monitoring.AlertRule",
    "alert-silences/": "monitoring.AlertSilence",
    "alert-escalations/": "monitoring.EscalationChain",
    "alerts/deliveries/": "monitoring.AlertDelivery",
    "alerts/rules/": "monitoring.AlertRule",
    "alerts/silences/": "monitoring.AlertSilence",
    "alerts/escalations/": "monitoring.EscalationChain",
    "alerts/channels/": "monitoring.AlertChannel",
    "alerts/channel-texts/": "monitoring.AlertChannel",
    "jobs/": "jobs.Job",
    "processing-activities/": "registers.ProcessingActivity",
    "breaches/": "registers.Breach",
    "subject-requests/": "subjects.SubjectRequest",
    "keys/": "crypto.KeyVersion",
    "key-requests/": "keys.Approval",
    "keyversion/requests/": "keys.Approval",
    "key-rotations/": "keys.Rotation",
    "proofs/": "audit.AuditEvent",
    "origins/": "audit.AuditEvent",
    "lines/": "reviews.ReviewLine",
    "retention-changes/": "retention.PolicyChange",
    "promotions/": "promotion.Promotion",
    "admin/promotion/promotion/": "promotion.Promotion",
}
_WORDS = {
    "token": "x", "step": "suspend", "act": "pause", "kind:slug": "webhook", "path": "notes.txt", "number": "1",
    "revision": "1", "location": "spare", "alias": "candidate", "fmt": "json", "app_label": "registry",
    "action": "predict", "data_class": "logs",
}  # fmt: skip


class Matrix:
    """A world with one of everything, twice where something is restricted, and a client for each who asks."""

    def __init__(self, receiver: str) -> None:
        keyring.forget()
        self.world = World(receiver)
        self._known: dict[str, Any] = {}
        self.world.build({"scientist", "guard", "officer", "root", "custodian"})
        _stock(self.world)
        self._more()

    def _more(self) -> None:
        from registry.grants import services as grants
        from registry.signing import services as signing
        from tests.registry import samples
        from tests.registry.signing.bundles import new_key, pem_of

        owner, actor = self.world.user("scientist"), self.world.actor("scientist")
        self.secret_model = samples.make_model(owner, name="secret-model")
        samples.make_version(self.secret_model, owner)
        self.secret_dataset = samples.make_dataset(owner, name="secret-data")
        samples.make_dataset_version(self.secret_dataset, owner)
        for restricted in (self.secret_model, self.secret_dataset):
            grants.change_access(restricted, is_restricted=True, actor=actor)
        # On behalf of somebody that no column is.
        self.grants = {
            "models": grants.give(self.world.model, make_user("named", "Viewer"), "view", actor=actor),
            "datasets": grants.give(self.world.dataset, make_user("named_too", "Viewer"), "view", actor=actor),
        }
        signing.trust_key("ci", pem_of(new_key()), actor=actor)

    def client(self, actor: str, *, rest: bool) -> Client | None:
        """The browser or the program of ``actor``; None where there is none: a service has no browser."""
        if actor == "anonymous":
            return Client(raise_request_exception=False)
        if actor == "pipeline" and not rest:
            return None
        user = self._user(actor)
        if not rest:
            client = sign_in(Client(raise_request_exception=False), user)
        else:
            from accounts.services import issue_api_key

            text = issue_api_key(user, name=f"matrix-{actor}", scopes=["all"], days=1, actor=self.world.actor("guard"))
            # Else each call were the first of the day, since what the one before it left is taken back.
            headers = {"Authorization": f"Bearer {fresh(in_use(text[1]))}"}
            client = Client(headers=headers, raise_request_exception=False)
        return client

    def _user(self, actor: str) -> Any:
        if actor == "owner":
            return self.world.user("scientist")
        if actor in self._known:
            return self._known[actor]
        name = "scientist" if actor == "outsider" else actor
        user = make_user(f"asks_{actor}", _ROLES[name])
        if actor == "none":
            user.groups.clear()
        self._known[actor] = type(user).objects.get(pk=user.pk)
        return self._known[actor]

    def address(self, route: Route, *, restricted: bool) -> str:
        """A path that leads to an object that is there."""

        def value(match: re.Match[str]) -> str:
            kind, name = match.group(1) or "str", match.group(2)
            before = route.path[: match.start()]
            if name == "name" and kind in {"object_name", "str"}:
                return self._name(route.path, restricted)
            if kind == "registry_kind":
                return "models"
            if kind in {"uuid", "path", "int"} and name not in {"path", "number", "revision"}:
                return self._id(route, before)
            return _WORDS.get(f"{name}:{kind}") or _WORDS.get(name) or "x"

        path = re.sub(r"<(?:(\w+):)?(\w+)>", value, route.path)
        return "/" + re.sub(r"\(\?P<\w+>[^)]*\)|[$^\\?]", "x", path).replace("xx", "x")

    def _name(self, path: str, restricted: bool) -> str:
        if "secrets/" in path:
            return "smtp"
        if "storage-locations/" in path:
            return "spare"
        if "data-sources/" in path:
            return "lake"
        if restricted:
            return (self.secret_dataset if "datasets/" in path else self.secret_model).name
        return (self.world.dataset if "datasets/" in path else self.world.model).name

    def _id(self, route: Route, before: str) -> str:
        if before.endswith("grants/"):
            return str(self.grants["datasets" if "datasets/" in before else "models"].pk)
        fits = [part for part in _IDS if before.endswith(part)]
        label = _IDS[max(fits, key=len)] if fits else _label_of(before)
        if label is None:
            return NOBODY
        rows = apps.get_model(label)._base_manager.all()
        if label == "jobs.Job":
            rows = rows.exclude(actor_ref="").exclude(kind="scanning.scan")
        row = rows.order_by("-pk").first()
        return str(row.pk) if row is not None else NOBODY

    def cells(self, actor: str) -> Iterator[tuple[str, str]]:
        """What comes of each method of each route, as ``("GET models/", "200")``."""
        clients = {rest: self.client(actor, rest=rest) for rest in (True, False)}
        for route in all_routes():
            named = "storage-locations" not in route.path and any(part in route.path for part in _NAMED)
            if actor in {"owner", "outsider"} and not named:
                continue  # what is about no model or dataset answers as it does to the scientist
            rest = route.path.startswith(("api/v1/", "mlflow/"))
            client = clients[rest]
            if client is None:
                continue
            address = self.address(route, restricted=actor == "outsider")
            for method in sorted(route.methods):
                if route.path.startswith(_OF_THE_SESSION):  # what ends one, or begins another, ends it for itself
                    client = self.client(actor, rest=rest)
                    assert client is not None
                yield f"{method} {route.path}", self._call(client, method, address, route)

    def _call(self, client: Client, method: str, address: str, route: Route) -> str:
        try:
            with taken_back():
                empty: dict[str, Any] = {}
                if method != "GET" and route.path.startswith(("api/v1/", "mlflow/")):
                    empty = {"data": {}, "content_type": "application/json"}
                answer = getattr(client, method.lower())(address, **empty)
                if answer.streaming:
                    answer.getvalue()  # to its end, as a client reads it
                return _word(answer)
        finally:
            if method != "GET" and "key" in route.path:
                keyring.forget()  # the ring of the process outlives the rows that are taken back


def _label_of(before: str) -> str | None:
    found = re.match(r"admin/(\w+)/(\w+)/", before)
    if found is None:
        return None
    try:
        model = apps.get_model(found.group(1), found.group(2))
    except LookupError:
        return None
    return str(model._meta.label) if model in admin.site._registry else None


_OF_THE_SESSION = ("sign-", "account/", "invitation/", "admin/logout")
_LEADS_TO = {"/sign-in/": "sign-in", "/account/confirm/": "confirm", "/account/emergency/": "reason"}


def _word(answer: Any) -> str:
    if answer.status_code not in {301, 302, 303, 307, 308}:
        return str(answer.status_code)
    path = answer.headers["location"].partition("?")[0]
    return f"302:{_LEADS_TO[path]}" if path in _LEADS_TO else "302"
