"""Pages for people without an account: asking, and confirming by link and code."""

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from compliance.audit import Actor
from modelops.lib.errors import DomainError

from .. import services as requests
from ..models import Kind, Regime
from ..providers import Subject
from . import services


class AskForm(forms.Form):
    """What a person asks for, and where they can be reached."""

    kind = forms.ChoiceField(choices=Kind.choices, label="What do you ask for?")
    regime = forms.ChoiceField(
        choices=Regime.choices, label="Law", help_text="GDPR for people in Europe, CCPA for people in California."
    )
    email = forms.EmailField(label="Your e-mail address", help_text="Your data is found by it. It is stored encrypted.")


class CodeForm(forms.Form):
    """The code from the mail."""

    code = forms.CharField(
        label="Code", max_length=20, widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True})
    )


@never_cache
@sensitive_post_parameters("email")
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Take a request in; nothing of it is worked on before the code was typed."""
    form = AskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            with transaction.atomic():  # without its mail there is no request either
                person = Subject(email=said["email"])
                opened = requests.open_request(said["kind"], person, regime=said["regime"], actor=Actor.anonymous())
                services.send(opened, actor=Actor.anonymous())
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return render(request, "subjects/asked.html")
    return render(request, "subjects/request.html", {"form": form}, status=422 if form.is_bound else 200)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, link: str) -> HttpResponse:
    """Confirm the identity behind a request."""
    services.open_check(link)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            found = services.confirm(link, form.cleaned_data["code"])
        except services.WrongCode as error:
            form.add_error("code", error.message)
        else:
            return render(request, "subjects/confirmed.html", {"reference": found.reference, "due_at": found.due_at})
    return render(request, "subjects/confirm.html", {"form": form}, status=422 if form.is_bound else 200)
