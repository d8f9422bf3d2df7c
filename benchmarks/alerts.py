"""Alerts: looking at ten thousand rules, a storm of ten thousand events, and a hundred receivers of which five hang."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from . import portal
from .table import Table

_WRITERS, _BATCH = 4, 250
_GROUPS = 100
# How many there are, how many of them hang, and for how many seconds.
_RECEIVERS, _QUICK_RECEIVERS = (100, 5, 9.0), (10, 1, 2.0)
LIMITS = {"rules": 5.0, "storm": 30.0, "receivers": 5.0}


def measure(*, quick: bool = False) -> Table:
    """Events a second; the notes hold the other two figures with their limits."""
    portal.start()
    from django.conf import settings

    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = True
    settings.MODELOPS_ALERT_GROUP_WAIT_S = 0
    events, rules = (100, 100) if quick else (10_000, 10_000)
    table = Table(f"A storm of {events:,} alerts", "events per second", ours="absorbed")
    looked = _rules(rules)
    table.notes["rules"] = f"{rules:,} rules over stored series in {looked:.2f} s (limit {LIMITS['rules']:g} s)"
    stormed, groups, messages = _storm(events)
    table.figures["absorbed"] = events / stormed
    table.figures["limit"] = events / LIMITS["storm"]
    table.notes["storm"] = (
        f"{stormed:.1f} s with {_WRITERS} writers in batches of {_BATCH} into {groups} groups, {messages} messages"
        f" (limit {LIMITS['storm']:g} s)"
    )
    table.figures["one by one"] = _one_by_one(events // 20)
    receivers, hanging, seconds = _QUICK_RECEIVERS if quick else _RECEIVERS
    quickest, all_quick = _deliver(receivers, hanging, seconds)
    table.notes["receivers"] = (
        f"{quickest} of {receivers} receivers answered while {hanging} hang, the last after {all_quick:.2f} s"
        f" (limit {LIMITS['receivers']:g} s)"
    )
    return table


def _rules(number: int) -> float:
    from django.urls import reverse
    from django.utils import timezone

    from monitoring.alerts.rules.looking import look_at_rules
    from monitoring.models import AlertRule
    from monitoring.series.models import Point, Series
    from registry.models import RegisteredModel

    model = RegisteredModel.objects.create(name="watched", task_type="binary_classification")
    now = timezone.now()
    series = Series.objects.bulk_create(
        [Series(model=model, name=f"m{index}", last_at=now, last_value=1.0) for index in range(number)], batch_size=2000
    )
    ages = (timedelta(seconds=30), timedelta(0))
    Point.objects.bulk_create(
        [Point(series=one, at=now - age, value=1.0, received_at=now) for one in series for age in ages], batch_size=5000
    )
    AlertRule.objects.bulk_create(
        [
            AlertRule(
                name=f"r{index}",
                series="metric",
                params={"model": "watched", "metric": f"m{index}"},
                operator="above",
                threshold=0.5 if index % 1000 == 0 else 2.0,
            )
            for index in range(number)
        ],
        batch_size=2000,
    )
    reverse("monitoring:alert-list")  # a worker has read the portal's addresses long before it looks
    began = time.perf_counter()
    opened = look_at_rules()
    took = time.perf_counter() - began
    if opened != -(-number // 1000):
        raise AssertionError(f"{opened} alerts were opened.")
    AlertRule.objects.update(enabled=False)
    return took


def _channel(name: str, url: str) -> None:
    from compliance.audit import Actor
    from monitoring.alerts import services

    services.create_channel(name, "webhook", {"url": url}, actor=Actor.system("benchmark"))


def _storm(events: int) -> tuple[float, int, int]:
    from django.db import connection

    from compliance.audit import Actor
    from monitoring.alerts import services
    from monitoring.models import Alert, AlertDelivery

    _channel("storm", "http://127.0.0.1:59999/")
    AlertDelivery.objects.all().delete()
    actor = Actor.system("benchmark")

    def write(part: int) -> None:
        try:
            mine = list(range(part, events, _WRITERS))
            for start in range(0, len(mine), _BATCH):
                reports = [_report(number) for number in mine[start : start + _BATCH]]
                services.report_many(reports, actor=actor)
        finally:
            connection.close()

    began = time.perf_counter()
    with ThreadPoolExecutor(_WRITERS) as writers:
        list(writers.map(write, range(_WRITERS)))
    took = time.perf_counter() - began
    groups = Alert.objects.filter(key__startswith="storm-").values("group").distinct().count()
    if groups != min(_GROUPS, events) or Alert.objects.filter(key__startswith="storm-").count() != events:
        raise AssertionError(f"{groups} groups.")
    return took, groups, AlertDelivery.objects.filter(channel__name="storm").count()


def _report(number: int) -> Any:
    from monitoring.alerts import services
    from monitoring.models.alerts import Severity

    group = f"storm-{'abcdefghij'[number % 10]}:{'abcdefghij'[number // 10 % 10]}"
    return services.Report(f"{group}:{number // _GROUPS}", f"Event {number}", Severity.MEDIUM)


def _one_by_one(events: int) -> float:
    """Alerts a second when each is reported for itself."""
    from compliance.audit import Actor
    from monitoring.alerts import services

    actor = Actor.system("benchmark")
    began = time.perf_counter()
    for number in range(events):
        services.report_many([_report(number + 10**6)], actor=actor)
    return events / (time.perf_counter() - began)


class _Receiver(BaseHTTPRequestHandler):
    arrived: list[float] = []
    hangs_s = 0.0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/hangs":
            time.sleep(self.hangs_s)
        else:
            self.arrived.append(time.perf_counter())
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 2 * _RECEIVERS[0]
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that gave up waiting is what is measured."""


def _deliver(receivers: int, hanging: int, seconds: float) -> tuple[int, float]:
    from compliance.audit import Actor
    from monitoring.alerts import services
    from monitoring.models import AlertChannel, AlertDelivery
    from monitoring.models.alerts import Severity

    AlertDelivery.objects.all().delete()
    AlertChannel.objects.update(enabled=False)
    _Receiver.hangs_s = seconds
    server = _Server(("127.0.0.1", 0), _Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    for number in range(receivers):
        _channel(f"receiver-{number}", f"{url}/{'hangs' if number < hanging else number}")
    services.raise_alert("to:all", "To all", severity=Severity.HIGH, actor=Actor.system("benchmark"))
    began = time.perf_counter()
    services.deliver_due()
    server.shutdown()
    server.server_close()
    return len(_Receiver.arrived), max(_Receiver.arrived) - began
