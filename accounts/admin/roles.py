"""Roles in the admin: what each may do, how that differs from its default, and changing or restoring it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from accounts.access import role_changes
from accounts.access.actions import ACTIONS
from accounts.services.step_up import require_fresh_factor
from compliance.audit.history import timeline_page
from modelops.lib.admin import ReadOnlyAdmin
from modelops.lib.errors import DomainError
from modelops.lib.implied import with_implied
from modelops.lib.templatetags.portal import pill

admin.site.unregister(Group)
CHANGE = "auth.change_group"
_WORDS = {action.permission: action.label for action in ACTIONS}


def _name(permission: Permission) -> str:
    return f"{permission.content_type.app_label}.{permission.codename}"


class _Choices(forms.ModelMultipleChoiceField):
    """Permissions by what they let one do."""

    def label_from_instance(self, obj: Any) -> str:
        """In words where it is a named action, else Django's words and the code."""
        return _WORDS.get(_name(obj)) or f"{obj.name} ({_name(obj)})"


class PermissionsForm(forms.Form):
    """What the role may do."""

    permissions = _Choices(
        Permission.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="The role may"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Permission.objects.select_related("content_type").exclude(content_type__app_label="admin")
        self.fields["permissions"].queryset = rows.order_by(  # type: ignore[attr-defined]
            "content_type__app_label", "codename"
        )


@admin.register(Group)
class RoleAdmin(ReadOnlyAdmin):
    """One role with its permissions."""

    list_display = ["name", "standing", "people"]
    search_fields = ["name"]
    ordering = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        """With what the list shows of each."""
        return super().get_queryset(request).prefetch_related("permissions__content_type")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The admin's own form never changes a role; the page of `show` does, through the service."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """With the two acts."""
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/permissions/", wrap(require_POST(self.change)), name="auth_group_permissions"),
            path("<int:pk>/restore/", wrap(require_POST(self.restore)), name="auth_group_restore"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What the role may do, in words, and its difference from the default."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self._page(request, get_object_or_404(Group, pk=object_id if object_id.isdigit() else 0))

    def change(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let the role have what is ticked."""
        group = _changeable(request, pk)
        form = PermissionsForm(request.POST)
        if not form.is_valid():
            return self._page(request, group, form, 422)
        wanted = {_name(row) for row in form.cleaned_data["permissions"]}
        try:
            done = role_changes.change_permissions(group, wanted, actor=request.actor)  # type: ignore[attr-defined]
        except DomainError as refusal:
            form.add_error(None, refusal.message)
            return self._page(request, group, form, refusal.status)
        messages.success(request, f"Changed: {done}. It holds from now on." if done else "Nothing was changed.")
        return redirect(_address(group))

    def restore(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let the role have its default again."""
        group = _changeable(request, pk)
        done = role_changes.restore_default(group, actor=request.actor)  # type: ignore[attr-defined]
        messages.success(request, f"The default is restored: {done}." if done else "The role has its default already.")
        return redirect(_address(group))

    def _page(
        self, request: HttpRequest, group: Group, form: forms.Form | None = None, status: int = 200
    ) -> HttpResponse:
        rows = list(group.permissions.select_related("content_type").order_by("content_type__app_label", "codename"))
        held = {_name(row) for row in rows}
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "app_label": "auth",
            "title": group.name,
            "original": group,
            "difference": role_changes.difference(group),
            "actions": [action for action in ACTIONS if action.permission in held],
            "others": [row for row in rows if _name(row) not in _WORDS],
            "in_all": len(with_implied(held)),
            "members": group.user_set.filter(is_active=True).order_by("username")[:50],  # type: ignore[attr-defined]
            "form": form or PermissionsForm(initial={"permissions": [row.pk for row in rows]}),
            "may_change": request.user.has_perm(CHANGE),
            "timeline": timeline_page(request, group),
        }
        return TemplateResponse(request, "admin/auth/role.html", context, status=status)

    @admin.display(description="against its default")
    def standing(self, group: Group) -> SafeString | str:
        """A badge: as delivered, or how many permissions differ."""
        found = role_changes.difference(group)
        if found:
            return pill(f"Differs from default: +{len(found.added)} −{len(found.missing)}", "warn")
        return pill("As delivered", "good")

    @admin.display(description="people")
    def people(self, group: Group) -> int:
        """How many have it."""
        return int(group.user_set.filter(is_active=True).count())  # type: ignore[attr-defined]


def _changeable(request: HttpRequest, pk: int) -> Group:
    if not request.user.has_perm(CHANGE):
        raise PermissionDenied
    require_fresh_factor(request)
    return get_object_or_404(Group, pk=pk)


def _address(group: Group) -> str:
    return reverse("admin:auth_group_change", args=[group.pk])
