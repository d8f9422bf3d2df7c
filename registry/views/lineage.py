"""What a dataset was used for: every version made of it, with its stage."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from registry import viewing
from registry.lineage.tracing import made_from
from registry.models import Dataset

SHOWN = 500


@require_safe
@login_required
@permission_required("registry.view_dataset", raise_exception=True)
def impact(request: HttpRequest, name: str) -> HttpResponse:
    """The report: which versions, of which models, and where they are in use."""
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user), name=name)
    made = made_from(request.user, dataset=dataset)
    viewing.dataset(request, dataset, "impact")
    in_use = sum(bool(one.aliases) for one in made)
    # What is in use comes first: that is what somebody has to decide about.
    made.sort(key=lambda one: not one.aliases)
    context = {
        "dataset": dataset,
        "rows": made[:SHOWN],
        "total": len(made),
        "hidden": max(len(made) - SHOWN, 0),
        "in_use": in_use,
        "models": len({one.model for one in made}),
    }
    return render(request, "registry/impact.html", context)
