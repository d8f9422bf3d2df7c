"""People and services in the admin."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse

from accounts import services
from accounts.audit_events import USER_CHANGED
from accounts.models import User
from accounts.notices import notify
from accounts.recovering.services import addresses, factor_resets
from accounts.roles import ROLES
from accounts.services.people import validate_username
from compliance.audit import record
from modelops.lib.errors import DomainError
from modelops.lib.masking import masked_email
from modelops.lib.templatetags.portal import pill

from .acting import each
from .revealing import RevealingPage


class InviteForm(forms.ModelForm):
    """A new account: name, role and, if wanted, an address for the link."""

    role = forms.ChoiceField(
        choices=[(name, name) for name in ROLES], help_text="The invited person cannot choose another."
    )

    class Meta:
        model = User
        fields = ("username", "email")
        labels = {"username": "Name"}
        help_texts = {
            "username": "3 to 50 letters, digits and '_'; a service may have '.' and '-'. It cannot be changed later.",
            "email": "The invitation is mailed there as well. Without an address, hand over the link yourself.",
        }

    def clean(self) -> dict[str, Any]:
        """The same rule as everywhere else, shown at the field."""
        given = super().clean() or {}
        role = ROLES.get(given.get("role", ""))
        if "username" not in given:
            return given
        try:
            validate_username(given["username"], service=role is not None and role.service)
        except DomainError as error:
            self.add_error("username", error.message)
        return given


class RoleForm(forms.ModelForm):
    """An existing account."""

    role = forms.ChoiceField(choices=[(name, name) for name in ROLES])

    class Meta:
        model = User
        fields = ("first_name", "last_name", "email")
        # Django's own sentence tells of other characters and lengths.
        help_texts = {"username": "3 to 50 letters, digits and '_'. It was chosen once and cannot be changed."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "role" not in self.fields:
            return
        present = self.instance.role
        if present not in ROLES:
            self.fields["role"].choices = [(present, present or "none"), *self.fields["role"].choices]
        self.fields["role"].initial = present


@admin.register(User)
class UserAdmin(RevealingPage, admin.ModelAdmin):
    """People and services."""

    list_display = ["username", "role_name", "state", "second_factor", "last_login"]
    search_fields = ["username", "email", "first_name", "last_name"]
    list_filter = ["is_active", "is_service", "groups"]
    ordering = ["username"]
    readonly_fields = ["username", "state", "second_factor", "is_superuser", "last_login", "date_joined"]
    actions = ["deactivate", "activate", "invite_again", "reset_second_factor", "keep_second_factor"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """What this person may see, with what the list shows."""
        return User.objects.visible_to(request.user).prefetch_related("groups", "totpdevice_set", "passkeys")

    def get_form(self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Inviting and changing ask for different things."""
        kwargs["form"] = RoleForm if obj else InviteForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """No password and no permission is ever drawn."""
        if obj is None:
            return [(None, {"fields": ["username", "role", "email"]})]
        changes = self.has_change_permission(request, obj)
        personal = ["role", "first_name", "last_name", "email"] if changes else ["role_name", "masked_address"]
        return [
            (None, {"fields": ["username", *personal]}),
            ("State", {"fields": ["state", "second_factor", "is_superuser", "last_login", "date_joined"]}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """The name is chosen once."""
        return [*self.readonly_fields, "role_name", "masked_address"] if obj else []

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A superuser's account is changed by superusers only."""
        if isinstance(obj, User) and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Accounts are deactivated; erasing one is the answer to a subject request."""
        return False

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Adding is inviting."""
        more = {"title": "Invite somebody", "show_save_and_continue": False, "show_save_and_add_another": False}
        return super().add_view(request, form_url, {**more, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """With what is masked, for whoever may look it up."""
        given = extra_context or {}
        return super().change_view(
            request,
            object_id,
            form_url,
            {**given, **self.revealing(request, self.get_object(request, object_id), given)},
        )

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> User:
        """An account is made by the service that also records it and makes the link."""
        if change:
            return super().save_form(request, form, change)
        given = form.cleaned_data
        return self._make(request, given["username"], given["role"], given.get("email", ""))

    def _make(self, request: HttpRequest, username: str, role: str, email: str) -> User:
        if ROLES[role].service:
            user = services.make_service_account(username, role, actor=request.actor)
            self.message_user(request, f"Give it a key on the server: manage.py create_api_key {username}")
            return user
        base_url = request.build_absolute_uri("/")
        invitation, link = services.invite(username, role, email=email, actor=request.actor, base_url=base_url)
        self.message_user(request, f"Invitation link, shown this once and good for 72 hours: {link}", messages.WARNING)
        return invitation.user

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Groups follow from the role; there is nothing else to save."""

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Names and address are saved here; the role goes through its service."""
        if not change:
            return
        personal = [name for name in ("first_name", "last_name", "email") if name in form.changed_data]
        if personal:
            with transaction.atomic():
                self._save_personal(obj, personal, before=form.initial.get("email", ""))
                record(USER_CHANGED, obj, actor=request.actor, fields=", ".join(personal))
        if "role" in form.changed_data:
            services.change_role(obj, form.cleaned_data["role"], actor=request.actor)

    def _save_personal(self, user: User, changed: list[str], *, before: str) -> None:
        """A new address counts once its owner has confirmed it; the former one is told."""
        if "email" in changed:
            if before and user.email_confirmed_at:
                notify(user, "address_changed", address=before)
            user.email_confirmed_at = None
            addresses.ask_for_present(user)
        user.save(update_fields=[*changed, "email_confirmed_at"])

    @admin.action(description="Deactivate: every credential stops at once", permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Stop the accounts."""
        each(self, request, queryset, lambda user: services.deactivate(user, actor=request.actor), "Deactivated")

    @admin.action(description="Activate", permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Let the accounts sign in again."""
        each(self, request, queryset, lambda user: services.activate(user, actor=request.actor), "Activated")

    @admin.action(description="Invite again: a new link in place of the old one", permissions=["add"])
    def invite_again(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """New links for people who have not accepted yet."""

        def act(user: User) -> None:
            _, link = services.invite_again(user, actor=request.actor, base_url=request.build_absolute_uri("/"))
            self.message_user(request, f"{user}: {link}", messages.WARNING)

        each(self, request, queryset, act, "New links")

    @admin.action(
        description="Reset a lost second factor, after a wait that its owner can stop", permissions=["change"]
    )
    def reset_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """For people who lost their app and their recovery codes."""

        def act(user: User) -> None:
            reset = factor_resets.ask(user, actor=request.actor)
            told = "its owner is told by mail" if user.confirmed_email else "no confirmed address: tell its owner"
            self.message_user(request, f"{user}: removed on {reset.due_at:%Y-%m-%d %H:%M} UTC; {told}.")

        each(self, request, queryset, act, "Resets that wait")

    @admin.action(description="Keep the second factor: stop a reset that waits", permissions=["change"])
    def keep_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """For a reset that was asked for by mistake, or by somebody else."""
        each(self, request, queryset, lambda user: factor_resets.cancel(user, actor=request.actor), "Stopped")

    @admin.display(description="role")
    def role_name(self, user: User) -> str:
        """Role."""
        return user.role or "–"

    @admin.display(description="e-mail address")
    def masked_address(self, user: User) -> str:
        """As whoever only reads sees it: names and addresses are for who changes them."""
        return masked_email(user.email) or "–"

    @admin.display(description="state")
    def state(self, user: User) -> str:
        """active, invited, service or deactivated."""
        if not user.is_active:
            return pill("Deactivated", "bad")
        if user.is_service:
            return pill("Service", "info", "key")
        return pill("Active", "good") if user.has_usable_password() else pill("Invited", "info", "mail")

    @admin.display(description="second factor", boolean=True)
    def second_factor(self, user: User) -> bool:
        """Whether one is enrolled."""
        return any(device.confirmed for device in (*user.totpdevice_set.all(), *user.passkeys.all()))
