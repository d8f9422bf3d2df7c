"""The page on which a draft of a card is read, confirmed or thrown away."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from modelops.lib.errors import DomainError, Invalid, NotFound
from registry.grants.gate import require_change
from registry.models import RegisteredModel

from . import drafts, viewing
from .api import WRITE
from .completeness import current_card


@login_required
@permission_required(WRITE, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, name: str) -> HttpResponse:
    """What would change; a POST decides about exactly what was shown."""
    model = get_object_or_404(RegisteredModel.objects.visible_to(request.user), name=name)
    require_change(request, model)
    if request.method == "POST":
        return _decide(request, model)
    try:
        found, card = drafts.draft_of(model), current_card(model)
    except NotFound as nothing:
        messages.info(request, nothing.message)
        return redirect("cards:card", model.name)
    viewing.card(request, model, "draft")
    context = {"model": model, "draft": found, "base": card.number if card else 0, "changes": drafts.changes_of(found)}
    return render(request, "cards/draft.html", context)


def _decide(request: HttpRequest, model: RegisteredModel) -> HttpResponse:
    chosen, draft_id, base = (request.POST.get(name, "") for name in ("decision", "draft", "base"))
    try:
        if chosen == "discard":
            drafts.discard_draft(model, draft_id, actor=request.actor)
            messages.success(request, "The draft is gone; the card is as it was.")
        elif chosen == "confirm" and base.isascii() and base.isdigit() and len(base) < 10:
            row = drafts.confirm_draft(model, draft_id, base=int(base), actor=request.actor)
            messages.success(request, f"The draft is revision {row.number} of the card now.")
        else:
            raise Invalid("Choose whether to confirm the draft or to throw it away.", code="card_draft.no_decision")
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("cards:card", model.name)
