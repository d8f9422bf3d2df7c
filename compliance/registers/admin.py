"""The officer's registers: each is a list, a form to add, and a page with what may be done."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET

from compliance.audit.history import timeline_page
from modelops.lib.acting_admin import Act, ActingAdmin, Shown

from . import posture, services
from .exports import MEDIA, REGISTERS, as_answer
from .forms import (
    ActivityForm,
    BreachForm,
    ConsentForm,
    DecisionForm,
    DoneForm,
    EntryForm,
    IncidentForm,
    ItemForm,
    LessonForm,
    RevisionForm,
    WithdrawalForm,
)
from .models import Breach, BreachState, Consent, Incident, LegalBasis, ProcessingActivity, RegisterItem
from .people import people_in_data, unagreed_page


class RegisterAdmin(ActingAdmin):
    """With its file for a spreadsheet, a program or a reader beside it."""

    register = ""

    def get_urls(self) -> list[URLPattern]:
        if not self.register:
            return super().get_urls()
        name = f"registers_{self.register}_export"
        view = self.admin_site.admin_view(require_GET(self.export))
        return [path("export/<slug:form>/", view, name=name), *super().get_urls()]

    def files(self) -> list[tuple[str, str]]:
        """Each form in which the register leaves, with its address."""
        name = f"admin:registers_{self.register}_export"
        return [(form, reverse(name, args=[form])) for form in MEDIA] if self.register else []

    def export(self, request: HttpRequest, form: str) -> HttpResponse:
        """The whole register as a file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return as_answer(self.register, form, actor=request.actor)  # type: ignore[attr-defined]

    def perform(self, request: HttpRequest, given: dict[str, Any]) -> str:
        return self.added(given, actor=request.actor)  # type: ignore[attr-defined]

    def added(self, given: dict[str, Any], **who: Any) -> str:
        """Call the service; what to tell the person."""
        raise NotImplementedError

    def facts(self, row: Any) -> Iterable[tuple[str, Any]]:
        for heading, value in REGISTERS[self.register].columns:
            told = value(row)
            yield heading, ", ".join(told) if isinstance(told, list) else told

    def history(self, request: HttpRequest, row: Any) -> Any:
        return timeline_page(request, row)


def _log(row: Incident | Breach) -> Shown:
    rows = [[f"{one.at:%Y-%m-%d %H:%M} UTC", one.text] for one in row.log.order_by("id")[:200]]
    return Shown("Log", ["When", "What"], rows)


def _without_consent(activity: ProcessingActivity, after: str) -> Shown:
    """A page of the people in its data who have no consent in force."""
    page = unagreed_page(activity, after=after)
    count = people_in_data.get("datasets")().count_unagreed(activity, most=posture.COUNTED)
    rows = [
        [one.reference, ", ".join(one.versions), one.rows, "taken back" if one.has_withdrawn else "never recorded"]
        for one in page.people
    ]
    more = ("The next ones", f"?after={page.next_after}") if page.next_after else None
    empty = "Everybody who can be found in its datasets has a consent in force."
    title = f"People without a consent ({posture.counted(count)})" if count else "People without a consent"
    return Shown(title, ["Reference", "In", "Rows", "Consent"], rows, empty, more)


def _revise(activity: ProcessingActivity, given: dict[str, Any], **who: Any) -> str:
    return f"{activity} is at revision {services.revise_activity(activity, given, **who).revision}."


def _write(row: Incident | Breach, given: dict[str, Any], **who: Any) -> str:
    services.write_log(row, given["text"], **who)
    return "The entry stands in the log."


def _decide(breach: Breach, given: dict[str, Any], **who: Any) -> str:
    decided = services.decide_breach(breach, given["state"], given["reason"], **who)
    return f"{decided.get_state_display()}, {decided.hours_passed:.0f} hours after it was known."


def _close(incident: Incident, given: dict[str, Any], **who: Any) -> str:
    services.close_incident(incident, given["lesson"], **who)
    return "The incident is closed."


def _withdraw(consent: Consent, given: dict[str, Any], **who: Any) -> str:
    services.withdraw_consent(consent.activity, consent.subject, source=given["source"], **who)
    return "The consent is withdrawn. Data of the activity that is older than that is not promoted any more."


def _done(item: RegisterItem, given: dict[str, Any], **who: Any) -> str:
    services.finish_item(item, given["done_on"], given["evidence_url"], **who)
    return "Recorded."


@admin.register(ProcessingActivity)
class ProcessingActivityAdmin(RegisterAdmin):
    """Art. 30."""

    register = "activities"
    list_display = ["name", "basis", "purpose", "revision", "changed_at"]
    list_filter = ["basis"]
    service_form = ActivityForm
    service_title = "Add a processing activity"
    service_lede = "Every field is one that GDPR Art. 30(1) asks for."
    acts = (Act("revise", "Revise", "registers.change_processingactivity", _revise, RevisionForm),)

    def added(self, given: dict[str, Any], **who: Any) -> str:
        return f"{services.add_activity(given, **who)} is in the register."

    def _page(self, request: HttpRequest, row: Any, bound: Any = None, status: int = 200) -> HttpResponse:
        page: Any = super()._page(request, row, bound, status)
        if row.basis == LegalBasis.CONSENT and request.user.has_perm("registers.view_consent"):
            page.context_data["tables"].append(_without_consent(row, request.GET.get("after", "")))
        return page


@admin.register(Consent)
class ConsentAdmin(RegisterAdmin):
    """Who agreed to what; names stay sealed in the list."""

    list_display = ["__str__", "activity", "text_version", "source", "given_at", "withdrawn_at"]
    list_select_related = ["activity"]
    list_filter = ["activity"]
    service_form = ConsentForm
    service_title = "Record a consent"
    acts = (
        Act("withdraw", "Withdraw", "registers.change_consent", _withdraw, WithdrawalForm,
            lambda row: row.withdrawn_at is None),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("subject")

    def added(self, given: dict[str, Any], **who: Any) -> str:
        activity = given.pop("activity")
        services.give_consent(activity, given.pop("subject"), **given, **who)
        return "The consent is recorded."

    def facts(self, consent: Consent) -> Iterable[tuple[str, Any]]:
        yield "Activity", consent.activity.name
        yield "Version of the text", consent.text_version
        yield "Source", consent.source
        yield "Given", f"{consent.given_at:%Y-%m-%d %H:%M} UTC"
        withdrawn = consent.withdrawn_at
        yield "Withdrawn", f"{withdrawn:%Y-%m-%d %H:%M} UTC, {consent.withdrawal_source}" if withdrawn else "no"


@admin.register(Breach)
class BreachAdmin(RegisterAdmin):
    """Art. 33, with the clock."""

    register = "breaches"
    list_display = ["title", "known_at", "state", "clock"]
    list_filter = ["state"]
    service_form = BreachForm
    service_title = "Open a breach"
    service_lede = "The clock of 72 hours runs from the moment since which the breach is known."
    acts = (
        Act("decide", "Decide", "registers.change_breach", _decide, DecisionForm,
            lambda row: row.state == BreachState.OPEN),
        Act("log", "Write into the log", "registers.change_breach", _write, EntryForm),
    )  # fmt: skip

    def added(self, given: dict[str, Any], **who: Any) -> str:
        breach = services.open_breach(given, **who)
        return f"The authority must know by {breach.due_at:%Y-%m-%d %H:%M} UTC."

    def facts(self, breach: Breach) -> Iterable[tuple[str, Any]]:
        yield "Clock", breach.clock
        yield from super().facts(breach)

    def tables(self, breach: Breach) -> Iterable[Shown]:
        yield _log(breach)


@admin.register(Incident)
class IncidentAdmin(RegisterAdmin):
    """From opening to what was learned."""

    register = "incidents"
    list_display = ["title", "severity", "lead", "opened_at", "clock", "closed_at"]
    list_filter = ["severity"]
    service_form = IncidentForm
    service_title = "Open an incident"
    acts = (
        Act("log", "Write into the log", "registers.change_incident", _write, EntryForm),
        Act("close", "Close", "registers.change_incident", _close, LessonForm, lambda row: row.closed_at is None),
    )

    def added(self, given: dict[str, Any], **who: Any) -> str:
        return f"{services.open_incident(given, **who)} is open; whoever looks after such alerts is told."

    def facts(self, incident: Incident) -> Iterable[tuple[str, Any]]:
        yield "Clock", incident.clock
        yield from super().facts(incident)

    def tables(self, incident: Incident) -> Iterable[Shown]:
        yield _log(incident)


@admin.register(RegisterItem)
class RegisterItemAdmin(RegisterAdmin):
    """Trainings, tests and contacts."""

    list_display = ["__str__", "due_on", "done_on", "evidence"]
    list_filter = ["kind"]
    service_form = ItemForm
    service_title = "Add a training, test or contact"
    acts = (Act("done", "Done", "registers.change_registeritem", _done, DoneForm, lambda row: row.done_on is None),)

    def added(self, given: dict[str, Any], **who: Any) -> str:
        return f"{services.add_item(given, **who)} is in the register."

    def facts(self, item: RegisterItem) -> Iterable[tuple[str, Any]]:
        yield "Kind", item.get_kind_display()
        yield "Title", item.title
        yield "Team or role", item.who
        yield "Due", item.due_on
        yield "Done", item.done_on or ("overdue" if item.is_overdue else "not yet")
        yield "Evidence", item.evidence_url or "none"

    @admin.display(description="Evidence")
    def evidence(self, item: RegisterItem) -> str:
        if not item.evidence_url.startswith("https://"):
            return item.evidence_url
        return format_html('<a href="{}" rel="noreferrer">{}</a>', item.evidence_url, item.evidence_url[:60])
