"""The addresses that MLflow's client prints: `/mlflow/#/experiments/1/runs/…`."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def printed(request: HttpRequest) -> HttpResponse:
    """A page without content: what stands behind the "#" never reaches a server, so a script of the page goes on.

    It is open, since a sign-in in between would lose that part: who is signed out signs in on the page that follows.
    """
    return render(request, "tracking/printed.html")
