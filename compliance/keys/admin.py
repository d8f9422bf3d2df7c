"""The key room in the admin: the inventory of keys, requests for approval, rotations."""

import uuid
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from compliance.audit.history import timeline_page
from modelops.crypto.models import KeyVersion
from modelops.lib.admin import ReadOnlyAdmin
from modelops.lib.templatetags.portal import state

from . import rotations
from .admin_views import VIEW, KeyViews
from .models import Approval, Rotation

FAILURES_SHOWN = 100


@admin.register(KeyVersion)
class KeyVersionAdmin(ReadOnlyAdmin):
    """Opens with the inventory; the plain list of all keys stands behind it. Wrapped bytes are nowhere shown."""

    list_display = ["name", "purpose", "version", "state_mark", "owner", "activated_at", "max_age_days", "root_key_id"]
    list_filter = ["state", "purpose"]
    search_fields = ["name"]
    ordering = ["purpose", "-version"]

    def get_urls(self) -> list[URLPattern]:
        return [*KeyViews(self).urls(), *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("crypto.add_keyversion")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.GET:
            return self.every_key(request)
        return KeyViews(self).show_inventory(request)

    def every_key(self, request: HttpRequest) -> HttpResponse:
        """The plain list."""
        return super().changelist_view(request, {"title": "All keys"})

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        return KeyViews(self).add(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return KeyViews(self).show(request, _uuid(object_id))

    @admin.display(description="state", ordering="state")
    def state_mark(self, key: KeyVersion) -> SafeString:
        return state(key.state, key.get_state_display())


@admin.register(Approval)
class ApprovalAdmin(ReadOnlyAdmin):
    """What was asked for and who approved it, with the life of its key. Deciding is done on the inventory."""

    list_display = ["action", "key", "state_mark", "reason", "created_at", "expires_at", "decided_at"]
    list_select_related = ["key"]
    list_filter = ["state", "action"]
    ordering = ["-id"]
    readonly_fields = [
        "id", "action", "key", "key_state", "reason", "state", "actor_kind", "actor_ref", "second_kind", "second_ref",
        "created_at", "expires_at", "decided_at",
    ]  # fmt: skip
    fields = (*readonly_fields,)
    change_form_template = "admin/keys/approval.html"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        approval = get_object_or_404(Approval, pk=_uuid(object_id))
        more: dict[str, Any] = {}
        if request.user.has_perm(VIEW):
            more["timeline"] = timeline_page(request, ("crypto.keyversion", str(approval.key_id)))
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})

    @admin.display(description="state", ordering="state")
    def state_mark(self, approval: Approval) -> SafeString:
        return state(approval.state, approval.get_state_display())


@admin.register(Rotation)
class RotationAdmin(ReadOnlyAdmin):
    """Rotations with their progress; each opens with its steps and the rows that failed."""

    list_display = ["__str__", "purpose", "state_mark", "done", "failed", "total", "created_at", "finished_at"]
    list_select_related = ["new_key"]
    list_filter = ["state", "purpose"]
    ordering = ["-id"]
    acts = {"pause": rotations.pause, "resume": rotations.resume, "retry": rotations.retry}

    def get_urls(self) -> list[URLPattern]:
        act = self.admin_site.admin_view(require_POST(self.act))
        return [path("<uuid:pk>/act/<slug:act>/", act, name="keys_rotation_act"), *super().get_urls()]

    def act(self, request: HttpRequest, pk: uuid.UUID, act: str) -> HttpResponse:
        """Pause, resume or retry."""
        if not request.user.has_perm("keys.change_rotation"):
            raise PermissionDenied
        if act not in self.acts:
            raise Http404
        rotation = get_object_or_404(Rotation, pk=pk)
        changed = self.acts[act](rotation, actor=request.actor)
        messages.success(request, f"The rotation is {changed.get_state_display().lower()}.")
        return redirect(reverse("admin:keys_rotation_change", args=[pk]))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not request.user.has_perm("keys.view_rotation"):
            raise PermissionDenied
        rotation = get_object_or_404(Rotation.objects.select_related("new_key", "old_key"), pk=_uuid(object_id))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "app_label": "keys",
            "title": f"Rotation to {rotation.new_key.name}",
            "rotation": rotation,
            "steps": rotation.steps.all(),
            "failures": rotation.failures.all()[:FAILURES_SHOWN],
            "timeline": timeline_page(request, rotation),
            "may_change": request.user.has_perm("keys.change_rotation"),
        }
        return TemplateResponse(request, "admin/keys/rotation.html", context)

    @admin.display(description="state", ordering="state")
    def state_mark(self, rotation: Rotation) -> SafeString:
        return state(rotation.state, rotation.get_state_display())


def _uuid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise Http404 from None
