"""Pages and buttons of the key room in the admin: each act is a POST that checks its own permission."""

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_POST

from compliance.audit.history import timeline_page
from modelops.crypto import lifecycle
from modelops.crypto.decisions import Decision
from modelops.crypto.dependents import dependents_of
from modelops.crypto.models import KeyVersion
from modelops.crypto.services import create_key
from modelops.crypto.states import Reason
from modelops.lib.errors import DomainError

from . import approvals, compromising, inventory
from .forms import AskForm, KeyForm, MaxAgeForm, ReasonForm
from .models import Action, Approval

if TYPE_CHECKING:
    from .admin import KeyVersionAdmin

VIEW, ADD, CHANGE = "crypto.view_keyversion", "crypto.add_keyversion", "crypto.change_keyversion"
ASK, DECIDE = "keys.add_approval", "keys.change_approval"

_STEPS = {"suspend": lifecycle.suspend, "compromise": compromising.compromise, "spare": lifecycle.spare}
_DONE = {
    "suspend": "{key} is suspended: nothing opens under it until somebody resumes it.",
    "compromise": "{key} is marked as compromised. What it protects is moved to the active key of its purpose.",
    "spare": "{key} stays.",
}


class KeyViews:
    """Views around the admin of keys; ``urls`` wraps each in ``admin_site.admin_view``."""

    def __init__(self, model_admin: "KeyVersionAdmin") -> None:
        self.admin = model_admin

    def urls(self) -> list[URLPattern]:
        """Routes that stand before the admin's own."""

        def at(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            return path(route, self.admin.admin_site.admin_view(view), name=f"crypto_keyversion_{name}")

        return [
            at("all/", require_GET(self.admin.every_key), "all"),
            at("<uuid:pk>/ask/", require_POST(self.ask), "ask"),
            at("<uuid:pk>/age/", require_POST(self.age), "age"),
            at("<uuid:pk>/step/<slug:step>/", require_POST(self.step), "step"),
            at("requests/<uuid:pk>/approve/", require_POST(self.approve), "approve"),
            at("requests/<uuid:pk>/withdraw/", require_POST(self.withdraw), "withdraw"),
        ]

    def show_inventory(self, request: HttpRequest) -> HttpResponse:
        """What protects what."""
        _need(request, VIEW)
        context = {
            "title": "Keys",
            "rooms": inventory.rooms(),
            "waiting": inventory.waiting(),
            "ask_form": AskForm(initial={"action": Action.ROTATE}),
            "may": _may(request),
        }
        return self._page(request, "admin/crypto/inventory.html", context)

    def show(self, request: HttpRequest, pk: str) -> HttpResponse:
        """One key."""
        _need(request, VIEW)
        key = get_object_or_404(KeyVersion, pk=pk)
        steps = inventory.steps_open_to(key)
        context = {
            "title": key.name,
            "key": key,
            "protects": dependents_of(key),
            "steps": steps,
            "ask_form": AskForm(actions=steps["asks"]),
            "reason_form": ReasonForm(initial={"reason": Reason.INCIDENT}, prefix="stop"),
            "age_form": MaxAgeForm(initial={"max_age_days": key.max_age_days}, prefix="age"),
            "waiting": [row for row in inventory.waiting() if row.key_id == key.pk],
            "timeline": timeline_page(request, key),
            "may": _may(request),
        }
        return self._page(request, "admin/crypto/key.html", context)

    def add(self, request: HttpRequest) -> HttpResponse:
        """Make a pending key."""
        _need(request, ADD)
        form = KeyForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                key = create_key(**form.cleaned_data, decision=Decision(request.actor, Reason.SCHEDULE))
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
            else:
                messages.success(request, f"{key.name} is made and pending. Ask to activate it when it is to be used.")
                return redirect(_address(key))
        status = 422 if request.method == "POST" else 200
        return self._page(request, "admin/crypto/add.html", {"title": "Make a key", "form": form}, status)

    def ask(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Ask for what needs a second person."""
        _need(request, ASK)
        key = get_object_or_404(KeyVersion, pk=pk)
        form = AskForm(request.POST)
        if not form.is_valid():
            messages.error(request, "Choose what to do and why.")
            return redirect(_address(key))
        action = Action(form.cleaned_data["action"])
        approvals.request(key, action, reason=Reason(form.cleaned_data["reason"]), actor=request.actor)
        messages.success(
            request, f"Asked to {action.label.lower()} {key.name}. Somebody else must approve it within a day."
        )
        return redirect(reverse("admin:crypto_keyversion_changelist"))

    def approve(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """The second person's word."""
        _need(request, DECIDE)
        done = approvals.approve(get_object_or_404(Approval, pk=pk), actor=request.actor)
        messages.success(request, f"Approved: {done.get_action_display().lower()} {done.key.name}.")
        return redirect(reverse("admin:crypto_keyversion_changelist"))

    def withdraw(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Take a request back."""
        approval = get_object_or_404(Approval, pk=pk)
        # Who asked takes it back; who approves may refuse it.
        _need(request, ASK if approval.actor_ref == request.actor.ref else DECIDE)
        approvals.withdraw(approval, actor=request.actor)
        messages.success(request, "The request is withdrawn.")
        return redirect(reverse("admin:crypto_keyversion_changelist"))

    def step(self, request: HttpRequest, pk: uuid.UUID, step: str) -> HttpResponse:
        """What one person may do: suspend, mark as compromised, spare."""
        _need(request, CHANGE)
        key = get_object_or_404(KeyVersion, pk=pk)
        form = ReasonForm(request.POST, prefix="stop")
        if step in _STEPS and form.is_valid():
            decision = Decision(request.actor, Reason(form.cleaned_data["reason"]))
            _STEPS[step](key, decision=decision)
            messages.success(request, _DONE[step].format(key=key.name))
        else:
            messages.error(request, "Choose a reason.")
        return redirect(_address(key))

    def age(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Set the policy of a key."""
        _need(request, CHANGE)
        key = get_object_or_404(KeyVersion, pk=pk)
        form = MaxAgeForm(request.POST, prefix="age")
        if form.is_valid():
            days = form.cleaned_data["max_age_days"]
            lifecycle.set_max_age(key, days, decision=Decision(request.actor, Reason.CHANGE))
            messages.success(request, f"{key.name} may be active for {days} days.")
        else:
            messages.error(request, "The maximum age is a number of days.")
        return redirect(_address(key))

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        around = {**self.admin.admin_site.each_context(request), "opts": self.admin.opts, "app_label": "crypto"}
        return TemplateResponse(request, template, {**around, **context}, status=status)


def _need(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _may(request: HttpRequest) -> dict[str, bool]:
    needed = {"ask": ASK, "decide": DECIDE, "change": CHANGE, "add": ADD, "rotate": "keys.change_rotation"}
    return {name: request.user.has_perm(permission) for name, permission in needed.items()}


def _address(key: KeyVersion) -> str:
    return reverse("admin:crypto_keyversion_change", args=[key.pk])
