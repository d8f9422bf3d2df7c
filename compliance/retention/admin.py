"""The officer's pages of retention: what is past its date, policies that two people change, and runs."""

from collections.abc import Iterable
from typing import Any, Final

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from compliance.audit.history import timeline_page
from modelops.lib.acting_admin import Act, ActingAdmin, Shown

from . import changing, services
from .classes import classes, governed_by
from .forms import ChangeForm, HoldForm, RunForm
from .installed import policies
from .models import ChangeState, PolicyChange, RetentionPolicy, RetentionRun
from .regimes import least_days_of

_PERIODS: Final = (30, 60, 90, 180, 365, 730, 1095, 1825, 2555, 3650)
ASK, DECIDE = "retention.add_policychange", "retention.change_policychange"


def _ask(policy: RetentionPolicy, given: dict[str, Any], **who: Any) -> str:
    change = changing.ask(policy, **given, **who)
    return f"Asked for. {change.affected:,} rows are past their date under it. Somebody else must approve it."


def _hold(policy: RetentionPolicy, given: dict[str, Any], **who: Any) -> str:
    changing.hold(policy, given["reason"], **who)
    return f"{policy.label} are on legal hold: nothing of them is removed until two people lift it."


def _approve(change: PolicyChange, given: dict[str, Any], **who: Any) -> str:
    policy = changing.approve(change, **who)
    return f"{policy.label} are kept for {policy.days:,} days from now on."


def _withdraw(change: PolicyChange, given: dict[str, Any], **who: Any) -> str:
    changing.withdraw(change, **who)
    return "The change is withdrawn; the policy stays as it is."


@admin.register(RetentionPolicy)
class RetentionPolicyAdmin(ActingAdmin):
    """One policy for each class of data."""

    list_display = ["__str__", "days", "action", "basis", "held_at", "past_their_date"]
    lede = "A change of the policy shows first how many rows it would touch, and needs a second person."
    acts = (
        Act("ask", "Ask for a change", ASK, _ask, ChangeForm),
        Act("hold", "Put on legal hold", ASK, _hold, HoldForm, lambda row: row.held_at is None, is_danger=True),
    )

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        policies()
        return super().changelist_view(request, extra_context)

    def facts(self, policy: RetentionPolicy) -> Iterable[tuple[str, Any]]:
        yield "Kept for", f"{policy.days:,} days"
        yield "Then", policy.get_action_display()
        if policy.archive_days:
            yield "In the archive for", f"{policy.archive_days:,} days more"
        yield "Legal basis", policy.basis
        yield "Legal hold", f"since {policy.held_at:%Y-%m-%d}: {policy.hold_reason}" if policy.held_at else "none"
        yield "Past their date now", f"{self.past_their_date(policy):,}"

    def tables(self, policy: RetentionPolicy) -> Iterable[Shown]:
        handlers = governed_by(policy.data_class)
        yield Shown("What it governs", ["Data", "Rule", "Past its date"],
                    [[one.label, one.rule, f"{one.due():,}"] for one in handlers],
                    "No table of its own: it is the rule for what has no other.")  # fmt: skip
        least = least_days_of(policy.data_class)
        periods = sorted({*(days for days in _PERIODS if days >= least), policy.days})
        yield Shown("What another period would mean", ["Days", "Rows past their date"],
                    [[f"{days:,}", f"{changing.preview(policy, days):,}"] for days in periods])  # fmt: skip
        changes = policy.changes.order_by("-id")[:10]
        yield Shown("Changes", ["Asked for", "Change", "Rows past their date under it", "State"],
                    [[f"{one.created_at:%Y-%m-%d %H:%M}", str(one), f"{one.affected:,}", one.get_state_display()]
                     for one in changes])  # fmt: skip

    def history(self, request: HttpRequest, row: Any) -> Any:
        return timeline_page(request, row)

    @admin.display(description="Past their date")
    def past_their_date(self, policy: RetentionPolicy) -> int:
        return sum(handler.due() for handler in governed_by(policy.data_class))


@admin.register(PolicyChange)
class PolicyChangeAdmin(ActingAdmin):
    """Changes that wait for a second person, and what became of earlier ones."""

    list_display = ["__str__", "state", "affected", "created_at", "expires_at"]
    list_filter = ["state"]
    list_select_related = ["policy"]
    acts = (
        Act("approve", "Approve", DECIDE, _approve, offered=lambda row: row.is_open),
        Act("withdraw", "Withdraw or refuse", DECIDE, _withdraw, offered=lambda row: row.state == ChangeState.WAITING),
    )

    def facts(self, change: PolicyChange) -> Iterable[tuple[str, Any]]:
        policy = change.policy
        yield "Data", policy.label
        yield "Kept for", f"{policy.days:,} days now, {change.days:,} days then"
        yield "Then", f"{policy.get_action_display()} now, {change.get_action_display()} then"
        yield "Legal basis", change.basis
        yield "Rows past their date under it", f"{change.affected:,} when it was asked for"
        yield "Lifts the legal hold", "yes" if change.lifts_hold else "no"
        yield "State", change.get_state_display()
        yield "Can be approved until", f"{change.expires_at:%Y-%m-%d %H:%M} UTC"

    def history(self, request: HttpRequest, row: Any) -> Any:
        return timeline_page(request, row.policy)


@admin.register(RetentionRun)
class RetentionRunAdmin(ActingAdmin):
    """Dry runs and removals; the numbers and never the data."""

    list_display = ["__str__", "due", "removed", "started_at", "finished_at"]
    service_form = RunForm
    service_title = "Look what is past its date"
    service_lede = "A dry run unless you say otherwise: it counts, class by class, what a removal would remove."
    service_submit = "Start"

    def perform(self, request: HttpRequest, given: dict[str, Any]) -> str:
        services.start_run(
            execute=given["execute"],
            confirmation=given["confirmation"],
            actor=request.actor,  # type: ignore[attr-defined]
        )
        return "A worker has begun; the run shows its numbers class by class."

    def facts(self, run: RetentionRun) -> Iterable[tuple[str, Any]]:
        yield "Kind", "Removal" if run.is_executed else "Dry run: nothing was removed"
        yield "Started", f"{run.started_at:%Y-%m-%d %H:%M:%S} UTC"
        yield "Finished", f"{run.finished_at:%Y-%m-%d %H:%M:%S} UTC" if run.finished_at else "not yet"
        yield "Past their date", f"{run.due:,}"
        yield "Removed", f"{run.removed:,}"
        if run.job is not None:
            yield "Progress", f"{run.job.done} of {run.job.total} classes, {run.job.state}"

    def tables(self, run: RetentionRun) -> Iterable[Shown]:
        labels = {key: cls.label for key, cls in classes.items()}
        rows = [[labels.get(key, key), f"{line['due']:,}", f"{line['removed']:,}"]
                for key, line in sorted(run.lines.items())]  # fmt: skip
        yield Shown("By class", ["Data", "Past its date", "Removed"], rows)

    def history(self, request: HttpRequest, row: Any) -> Any:
        return timeline_page(request, row)
