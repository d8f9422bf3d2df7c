"""The officer's steps on one request: each a POST of its own that checks its own permission."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from compliance.audit.history import timeline_page
from compliance.audit.reading import record_reading
from modelops.crypto.admin_search import PART_OF_AN_ADDRESS, is_part_of_an_address
from modelops.crypto.blind_index import blind_indexes
from modelops.lib.errors import DomainError

from . import case, extending, services
from .api import zip_response
from .audit_events import PERSON_SEARCHED
from .delivery import services as delivery
from .forms import NoteForm, OpenRequestForm, RevealForm
from .identity import services as identity
from .models import State, SubjectRequest
from .providers import normalise_email

if TYPE_CHECKING:
    from .admin import SubjectRequestAdmin

CHANGE = "subjects.change_subjectrequest"
COLLECT = "subjects.add_subjectbundle"
DOWNLOAD = "subjects.view_subjectbundle"
VIEW = "subjects.view_subjectrequest"


class CaseViews:
    """Views around one model admin; ``urls`` wraps each in ``admin_site.admin_view``."""

    def __init__(self, model_admin: "SubjectRequestAdmin") -> None:
        self.admin = model_admin

    def urls(self) -> list[URLPattern]:
        """Routes that stand before the admin's own."""

        def at(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            wrapped = self.admin.admin_site.admin_view(view)
            return path(route, wrapped, name=f"subjects_subjectrequest_{name}")

        return [
            at("find/", require_POST(self.find), "find"),
            at("<uuid:pk>/identity/", require_POST(self.confirm_identity), "identity"),
            at("<uuid:pk>/ask/", require_POST(self.ask_identity), "ask"),
            at("<uuid:pk>/extend/", require_POST(self.extend), "extend"),
            at("<uuid:pk>/collect/", require_POST(self.collect), "collect"),
            at("<uuid:pk>/progress/", require_GET(self.progress), "progress"),
            at("<uuid:pk>/bundle/", require_POST(self.download), "bundle"),
            at("<uuid:pk>/deliver/", require_POST(self.deliver), "deliver"),
            at("<uuid:pk>/answer/", require_POST(self.answer), "answer"),
            at("<uuid:pk>/refuse/", require_POST(self.refuse), "refuse"),
            at("<uuid:pk>/person/", self.reveal, "person"),
        ]

    def open(self, request: HttpRequest) -> HttpResponse:
        """The intake form; a valid one starts the clock."""
        form = OpenRequestForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                opened = self._open(form, request)
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
            else:
                messages.success(request, f"{opened} is open. It is due on {opened.due_at:%d %B %Y}.")
                return redirect(_address(opened))
        context = {**self.admin.admin_site.each_context(request), "form": form, "title": "Open a request"}
        status = 422 if request.method == "POST" else 200
        return TemplateResponse(
            request, "admin/subjects/subjectrequest/open.html", self._around(context), status=status
        )

    def _open(self, form: OpenRequestForm, request: HttpRequest) -> SubjectRequest:
        received_on = form.cleaned_data["received_on"]
        received_at = None
        if received_on and received_on != timezone.now().date():
            received_at = dt.datetime.combine(received_on, dt.time.min, tzinfo=dt.UTC)
        return services.open_request(
            form.cleaned_data["kind"],
            form.subject(),
            regime=form.cleaned_data["regime"],
            received_at=received_at,
            actor=request.actor,
        )

    def show(self, request: HttpRequest, pk: str, status: int = 200, **extra: Any) -> HttpResponse:
        """The page of one request."""
        found = self._request(request, VIEW, pk)
        context = {
            **self.admin.admin_site.each_context(request),
            **case.context(found, request.user, timeline_page(request, found)),
            **extra,
            "title": found.reference,
        }
        template = "admin/subjects/subjectrequest/case.html"
        return TemplateResponse(request, template, self._around(context), status=status)

    def find(self, request: HttpRequest) -> HttpResponse:
        """Search by reference or exact address. A POST, so that no address stands in a URL, a log or the history."""
        if not request.user.has_perm(VIEW):
            raise PermissionDenied
        asked = request.POST.get("q", "").strip()
        target = reverse("admin:subjects_subjectrequest_changelist")
        if is_part_of_an_address(asked):
            messages.warning(request, PART_OF_AN_ADDRESS)
            return redirect(target)
        if "@" in asked:
            digests = blind_indexes("subjects.subjectrequest.subject_email", normalise_email(asked))
            number = SubjectRequest.objects.visible_to(request.user).filter(email_index__in=digests).count()
            record_reading(PERSON_SEARCHED, request=request, strict=True, found=number)
            return redirect(f"{target}?person={'.'.join(digest.hex() for digest in digests)}")
        return redirect(reverse("admin:subjects_subjectrequest_changelist", query={"q": asked}) if asked else target)

    def confirm_identity(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Record how the person proved who they are."""
        found = self._request(request, CHANGE, pk)
        services.confirm_identity(found, _note(request, "identity"), actor=request.actor)
        messages.success(request, f"The identity behind {found} is confirmed.")
        return redirect(_address(found))

    def ask_identity(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Mail a link and a code to the person."""
        found = self._request(request, CHANGE, pk)
        identity.send(found, actor=request.actor)
        messages.success(request, "A link and a code are on their way. The clock stands still until they are used.")
        return redirect(_address(found))

    def extend(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Take the longer time of the law."""
        found = self._request(request, CHANGE, pk)
        changed = extending.extend(found, _note(request, "extension"), actor=request.actor)
        messages.success(request, f"{found} is due on {changed.due_at:%d %B %Y}. Tell the person why.")
        return redirect(_address(found))

    def collect(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Start the job."""
        found = self._request(request, COLLECT, pk)
        services.collect(found, actor=request.actor)
        return redirect(_address(found))

    def progress(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """The card of the job; when it has ended the page is told to load anew."""
        found = self._request(request, VIEW, pk)
        if found.state != State.COLLECTING or found.collection_job is None or found.collection_job.is_finished:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return TemplateResponse(request, "admin/subjects/subjectrequest/progress.html", {"case": found})

    def download(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """The bundle; the ledger has its row before the first byte."""
        found = self._request(request, DOWNLOAD, pk)
        return zip_response(services.download_bundle(found, actor=request.actor))

    def deliver(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Mail the link; the code is on this one page and nowhere else."""
        found = self._request(request, DOWNLOAD, pk)
        sent = delivery.send(found, actor=request.actor)
        return self.show(request, str(pk), sent=sent)

    def answer(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Close as answered."""
        found = self._request(request, CHANGE, pk)
        services.record_answer(found, _note(request, "answer"), actor=request.actor)
        messages.success(request, f"{found} is answered and closed.")
        return redirect(_address(found))

    def refuse(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Close as refused."""
        found = self._request(request, CHANGE, pk)
        services.refuse(found, _note(request, "refusal"), actor=request.actor)
        messages.success(request, f"{found} is refused and closed.")
        return redirect(_address(found))

    def reveal(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Show who it is about, on this one page; the ledger keeps that somebody looked."""
        found = self._request(request, CHANGE, pk)
        if request.method != "POST":
            return redirect(_address(found))
        form = RevealForm(request.POST)
        if not form.is_valid():
            return self.show(request, str(pk), status=422, reveal_form=form)
        person = services.reveal_subject(found, form.cleaned_data["reason"], actor=request.actor)
        return self.show(request, str(pk), person=person, notes=found)

    def _request(self, request: HttpRequest, permission: str, pk: uuid.UUID | str) -> SubjectRequest:
        if not request.user.has_perm(permission):
            raise PermissionDenied
        visible = SubjectRequest.objects.visible_to(request.user).without_person()
        return get_object_or_404(visible.select_related("collection_job"), pk=pk)

    def _around(self, context: dict[str, Any]) -> dict[str, Any]:
        return {**context, "opts": self.admin.opts, "app_label": self.admin.opts.app_label}


def _address(request: SubjectRequest) -> str:
    return reverse("admin:subjects_subjectrequest_change", args=[request.pk])


def _note(request: HttpRequest, prefix: str) -> str:
    form = NoteForm(request.POST, label="", prefix=prefix)
    # What is missing or too long is the service's refusal to explain.
    return form.cleaned_data["note"] if form.is_valid() else ""
