"""Streams in the admin: add, try, pause, resume, end; how far each has come and what keeps it."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from modelops.lib.admin import ReadOnlyAdmin
from modelops.lib.errors import DomainError, Unavailable
from modelops.lib.service_admin import form_page
from modelops.lib.templatetags.portal import pill

from ..sealing.models import Leaf
from . import services
from .forms import ReceiverForm
from .models import Receiver
from .sinks import sinks

_TONES = {"working": "good", "failing": "bad", "paused": "quiet"}
_LEDE = (
    "Every sealed row is sent in the order of the ledger. When the receiver is away the stream waits, and goes on "
    "where it stopped. Kinds: "
)


@admin.register(Receiver)
class ReceiverAdmin(ReadOnlyAdmin):
    """Facts to read; what changes a stream are views of its own over the services."""

    list_display = ["name", "kind", "form", "standing_mark", "lag", "next_row", "delivered_at", "last_error"]
    readonly_fields = [
        "name", "kind", "form", "where", "standing_mark", "lag", "next_row", "batch_rows", "delivered_at",
        "failing_since", "last_error", "created_at",
    ]  # fmt: skip
    fields = (*readonly_fields,)
    change_form_template = "admin/audit_streaming/receiver.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Receiver]:
        """With the number of the last sealed row, asked for once and not for each."""
        last = Leaf.objects.order_by("-seq").values("seq")[:1]
        rows: QuerySet[Receiver] = super().get_queryset(request)
        return rows.annotate(last_sealed=Coalesce(Subquery(last), -1))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("audit_streaming.add_receiver")

    def get_urls(self) -> list[URLPattern]:
        def at(name: str, act: Callable[..., str], needed: str) -> URLPattern:
            view = self.admin_site.admin_view(require_POST(_acting(act, needed)))
            return path(f"<uuid:pk>/{name}/", view, name=f"audit_streaming_receiver_{name}")

        return [
            at("pause", _pause, "change"),
            at("resume", _resume, "change"),
            at("test", _test, "change"),
            at("remove", _remove, "delete"),
            *super().get_urls(),
        ]

    @method_decorator(sensitive_post_parameters("token", "secret"))
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        """A new stream of the kind that the address names."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        kind = request.GET.get("kind", "http")
        if kind not in sinks:
            kind = "http"
        form = ReceiverForm(sinks.get(kind), request.POST if request.method == "POST" else None)

        def add(given: dict[str, Any]) -> str:
            common = {name: given.pop(name) for name in ("name", "form", "batch_rows")}
            receiver = services.add_receiver(
                common["name"],
                kind,
                given,
                form=common["form"],
                batch_rows=common["batch_rows"],
                from_beginning=given.pop("start") == "beginning",
                actor=request.actor,  # type: ignore[attr-defined]
            )
            return f"The stream {receiver} begins within seconds."

        kinds = format_html_join(" · ", '<a href="?kind={}">{}</a>', [(key, one.label) for key, one in sinks.items()])
        title = f"Add a stream: {sinks.get(kind).label}"
        return form_page(
            self, request, form, add, title=title, lede=format_html("{}{}", _LEDE, kinds), submit="Add the stream"
        )

    @admin.display(description="State")
    def standing_mark(self, receiver: Receiver) -> SafeString:
        return pill(receiver.standing.capitalize(), _TONES[receiver.standing])

    @admin.display(description="Rows behind")
    def lag(self, receiver: Receiver) -> str:
        return f"{max(0, receiver.last_sealed + 1 - receiver.cursor):,}"  # type: ignore[attr-defined]

    @admin.display(description="Next row")
    def next_row(self, receiver: Receiver) -> str:
        return f"{receiver.cursor:,}"

    @admin.display(description="Leads to")
    def where(self, receiver: Receiver) -> str:
        return sinks.get(receiver.kind)(receiver.options, name=receiver.name).where()


def _acting(act: Callable[..., str], needed: str) -> Callable[..., HttpResponse]:
    """A view that does one thing to a stream and leads back to its page."""

    def view(request: HttpRequest, pk: Any) -> HttpResponse:
        if not request.user.has_perm(f"audit_streaming.{needed}_receiver"):
            raise PermissionDenied
        receiver = get_object_or_404(Receiver.objects.visible_to(request.user), pk=pk)
        try:
            messages.success(request, act(receiver, actor=request.actor))  # type: ignore[attr-defined]
        except DomainError as refusal:
            messages.error(request, str(refusal))
        if act is _remove:
            return redirect("admin:audit_streaming_receiver_changelist")
        return redirect("admin:audit_streaming_receiver_change", receiver.pk)

    return view


def _pause(receiver: Receiver, **who: Any) -> str:
    services.pause(receiver, **who)
    return f"The stream {receiver} is paused. It goes on where it stopped."


def _resume(receiver: Receiver, **who: Any) -> str:
    services.resume(receiver, **who)
    return f"The stream {receiver} goes on within seconds."


def _test(receiver: Receiver, **who: Any) -> str:
    if refusal := services.try_out(receiver, **who):
        raise Unavailable(f"Not taken: {refusal}", code="receiver.not_taken")
    return f"{receiver} took one row. Its stream stands where it stood."


def _remove(receiver: Receiver, **who: Any) -> str:
    services.remove(receiver, **who)
    return f"The stream {receiver} has ended. Where it stood is in the ledger."
