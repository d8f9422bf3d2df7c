"""The part of an account's page in the admin on which somebody who may not change it looks up whose it is."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.services.revealing import Person, reveal
from compliance.subjects.forms import RevealForm

REVEAL = "accounts.reveal_user"


class RevealingPage:
    """For the admin of accounts: masked until a reason is given, and shown on the answer to that alone."""

    change_form_template = "admin/accounts/user.html"

    def get_urls(self) -> list[URLPattern]:
        """With the one act."""
        view = self.admin_site.admin_view(require_POST(never_cache(self.person)))  # type: ignore[attr-defined]
        return [path("<uuid:pk>/person/", view, name="accounts_user_person"), *super().get_urls()]  # type: ignore[misc]

    def person(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Show the person behind the account, on this one answer; the ledger keeps that somebody looked, and why."""
        if not request.user.has_perm(REVEAL):
            raise PermissionDenied
        user = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
        form = RevealForm(request.POST)
        if not form.is_valid():
            return self._again(request, pk, 422, reveal_form=form)
        found = reveal(user, form.cleaned_data["reason"], actor=request.actor)  # type: ignore[attr-defined]
        return self._again(request, pk, 200, person=found)

    def _again(self, request: HttpRequest, pk: uuid.UUID, status: int, **more: Any) -> HttpResponse:
        request.method = "GET"  # the page as it is read: nothing is saved by looking
        answer = self.change_view(request, str(pk), extra_context=more)  # type: ignore[attr-defined]
        answer.status_code = status
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def revealing(self, request: HttpRequest, user: User | None, given: dict[str, Any]) -> dict[str, Any]:
        """What the template needs: whether there is something to look up here, by whom, and what was found."""
        person: Person | None = given.get("person")
        masked = user is not None and not self.has_change_permission(request, user)  # type: ignore[attr-defined]
        may = masked and request.user.has_perm(REVEAL)
        return {"may_reveal": may, "person": person, "reveal_form": given.get("reveal_form") or RevealForm()}
