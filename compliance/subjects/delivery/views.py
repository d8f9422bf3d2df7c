"""The page on which a person without an account takes their bundle."""

from django import forms
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from . import services


class FetchForm(forms.Form):
    """The code that came another way than the link."""

    code = forms.CharField(
        label="Code",
        max_length=40,
        help_text="It came another way than the link, for example by telephone. Keep it: it opens the file, too.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True}),
    )


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def fetch(request: HttpRequest, link: str) -> HttpResponseBase:
    """Ask for the code, and give the archive for it once."""
    services.open_delivery(link)
    form = FetchForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            found = services.fetch(link, form.cleaned_data["code"])
        except services.WrongCode as error:
            form.add_error("code", error.message)
        else:
            answer = StreamingHttpResponse(found.pieces, content_type="application/zip")
            answer["Content-Disposition"] = f'attachment; filename="{found.filename}"'
            answer["Cache-Control"] = "no-store"
            answer["X-Content-Type-Options"] = "nosniff"
            return answer
    return render(request, "subjects/fetch.html", {"form": form}, status=422 if form.is_bound else 200)
