"""The page on which a trusted issuer or a rule is changed, in two steps: type, then look at what changes."""

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from modelops.lib.errors import DomainError

from .services import changing


def changing_page(model_admin: admin.ModelAdmin, request: HttpRequest, row: Any, form_class: Any) -> HttpResponse:
    """The form; after it the second look, which carries what was typed and what the row was when it was shown."""
    opts = model_admin.opts
    back = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])
    if request.method != "POST":
        return _form(model_admin, request, row, form_class(initial=form_class.typed(row)), back)
    form = form_class(request.POST)
    if not form.is_valid() or "back" in request.POST:
        return _form(model_admin, request, row, form, back)
    seen = request.POST.get("seen") or changing.state_of(row)
    try:
        if "confirmed" not in request.POST:
            found = changing.changes(row, form.wanted())
            if found:
                return _second_look(model_admin, request, row, form, back, found)
            done = []
        else:
            done = changing.change(row, form.wanted(), seen=seen, actor=request.actor)  # type: ignore[attr-defined]
    except DomainError as refusal:
        form.add_error({"lifetime_s": "minutes"}.get(refusal.field or "", _field_of(form, refusal)), str(refusal))
        return _form(model_admin, request, row, form, back)
    told = f"Changed: {', '.join(one.label for one in done)}." if done else "Nothing was changed."
    messages.success(request, told)
    return redirect(back)


def _field_of(form: forms.Form, refusal: DomainError) -> str | None:
    return refusal.field if refusal.field in form.fields else None


def _form(model_admin: admin.ModelAdmin, request: HttpRequest, row: Any, form: forms.Form, back: str) -> HttpResponse:
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"Change {row}",
        "form": form,
        "submit": "Look at what changes",
        "lede": "Nothing changes yet: the next page shows each change before it is made.",
        "back": back,
        "plural": model_admin.opts.verbose_name_plural,
    }
    wrong = form.is_bound and bool(form.errors)
    return TemplateResponse(request, "admin/service_form.html", context, status=422 if wrong else 200)


def _second_look(
    model_admin: admin.ModelAdmin, request: HttpRequest, row: Any, form: forms.Form, back: str, found: list[Any]
) -> HttpResponse:
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"Change {row}: what changes",
        "row": row,
        "form": form,
        "seen": changing.state_of(row),
        "changes": [(one.label, _shown(one.before), _shown(one.after)) for one in found],
        "tokens": changing.tokens_that_end(row, found),
        "back": back,
        "plural": model_admin.opts.verbose_name_plural,
    }
    return TemplateResponse(request, "admin/workload/second_look.html", context)


def _shown(value: Any) -> str:
    """As text, a line each; of keys their ids alone."""
    if value is None:
        return "fetched from the address"
    if isinstance(value, dict) and isinstance(value.get("keys"), list):
        return "\n".join(f"key {key.get('kid')} ({key.get('kty')})" for key in value["keys"])
    if isinstance(value, dict):
        return "\n".join(f"{name} = {pattern}" for name, pattern in sorted(value.items()))
    if isinstance(value, list):
        return "\n".join(value)
    return value if isinstance(value, str) else json.dumps(value, default=str)
