"""Files that several senders store under one logged model at once, as a parallel training does."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from modelops.lib.errors import Invalid
from tests.registry.mlflow.conftest import Wire
from tests.registry.mlflow.logging_files import logged_model, register

pytestmark = pytest.mark.django_db(transaction=True)


class Sender(threading.Thread):
    """Sends one file from a connection of its own; ``status`` is the answer."""

    def __init__(self, wire: Wire, logged: Any, path: str, barrier: threading.Barrier | None = None) -> None:
        super().__init__(daemon=True)
        self.status = 0
        self._send = lambda: wire.client.put(
            f"/mlflow/api/2.0/mlflow-artifacts/artifacts/0/models/{logged.model_id}/artifacts/{path}",
            path.encode(), content_type="application/octet-stream",
        )  # fmt: skip
        self._barrier = barrier
        self.start()

    def run(self) -> None:
        from django.db import connection

        try:
            if self._barrier is not None:
                self._barrier.wait(20)
            self.status = self._send().status_code
        finally:
            connection.close()

    def is_waiting(self) -> bool:
        self.join(0.7)
        return self.is_alive()


def held(begin: Callable[[], Any], inside: Callable[[], Any]) -> Any:
    """What ``inside`` gives while a transaction holds what ``begin`` took."""
    with transaction.atomic():
        begin()
        return inside()


def test_a_path_never_becomes_a_file_and_a_folder_at_once(wire: Wire) -> None:
    """Bad input: of two senders of whom one names a file what is a folder to the other, one is refused."""
    from registry.tracking.models import TrackedFile

    logged = logged_model(wire, MLmodel=b"flavors: {}\n")
    for number in range(8):
        barrier = threading.Barrier(2)
        both = [Sender(wire, logged, path, barrier) for path in (f"x{number}", f"x{number}/y")]
        for sender in both:
            sender.join(30)
        assert sorted(sender.status for sender in both) == [200, 400]
    assert TrackedFile.objects.filter(logged_model=logged).count() == 9


def test_senders_of_one_path_leave_one_file(wire: Wire, stored: Any) -> None:
    """What the others had stored goes with them."""
    from registry.tracking.models import TrackedFile

    logged = logged_model(wire, MLmodel=b"flavors: {}\n")
    barrier = threading.Barrier(6)
    senders = [Sender(wire, logged, "weights/w.bin", barrier) for _ in range(6)]
    for sender in senders:
        sender.join(30)
    assert {sender.status for sender in senders} == {200}
    assert TrackedFile.objects.filter(logged_model=logged, path="weights/w.bin").count() == 1
    assert len(stored()) == 2


def test_a_sender_waits_for_its_own_place_and_for_no_other(wire: Wire) -> None:
    from registry.tracking.files.places import hold_place

    logged = logged_model(wire, MLmodel=b"flavors: {}\n")

    def meanwhile() -> Sender:
        beside, same = Sender(wire, logged, "a/c"), Sender(wire, logged, "a/b")
        beside.join(20)
        assert beside.status == 200
        assert same.is_waiting()
        return same

    same = held(lambda: hold_place(logged, "a/b", most=9), meanwhile)
    same.join(20)
    assert same.status == 200


def test_what_becomes_a_version_takes_no_more_files(wire: Wire) -> None:
    """A sender that comes while the version is added waits for it, and then hears that the folder is closed."""
    from registry.tracking.files.owners import locked

    wire.post("registered-models/create", {"name": "delay"})
    logged = logged_model(wire)

    def meanwhile() -> Sender:
        late = Sender(wire, logged, "late.bin")
        assert late.is_waiting()
        register(wire, "delay", logged)
        return late

    late = held(lambda: locked(logged), meanwhile)
    late.join(20)
    assert late.status == 409


class Asking(Sender):
    """Does something else from a connection of its own; ``status`` is what it gives."""

    def __init__(self, wire: Wire, logged: Any, ask: Callable[[], int]) -> None:
        self._ask = ask
        super().__init__(wire, logged, "")

    def run(self) -> None:
        from django.db import connection

        try:
            self.status = self._ask()
        finally:
            connection.close()


def test_versions_of_a_closed_folder_do_not_wait_for_one_another(wire: Wire) -> None:
    """The first closes the folder alone. While others are made, neither their owner nor the first can go."""
    from registry.models import ModelVersion
    from registry.tracking.files.closed import keep_closed
    from registry.tracking.files.places import hold_place
    from registry.tracking.models import RegisteredFolder

    for name in ("first", "second"):
        wire.post("registered-models/create", {"name": name})
    logged = logged_model(wire)

    def making(name: str) -> Asking:
        said = {"name": name, "source": f"models:/{logged.model_id}"}
        return Asking(wire, logged, lambda: wire.post("model-versions/create", said)[0])

    def the_first() -> Asking:
        assert not keep_closed(logged, "")
        first = making("first")
        assert first.is_waiting()
        return first

    first = held(lambda: hold_place(logged, "being-stored", most=9), the_first)
    first.join(20)
    assert first.status == 200

    def those_that_follow() -> list[Asking]:
        second = making("second")
        second.join(20)
        assert second.status == 200
        deletion = Asking(wire, logged, lambda: wire.delete(f"logged-models/{logged.model_id}")[0])
        opening = Asking(
            wire, logged, lambda: RegisteredFolder.objects.filter(version__model__name="first").delete()[0]
        )
        assert deletion.is_waiting()
        assert opening.is_waiting()
        return [deletion, opening]

    deletion, opening = held(lambda: keep_closed(logged, ""), those_that_follow)
    deletion.join(20)
    opening.join(20)
    assert (deletion.status, opening.status) == (409, 1)  # what versions were made of is not deleted
    assert ModelVersion.objects.count() == 2


def test_no_version_is_made_of_what_was_deleted_meanwhile(wire: Wire) -> None:
    """Of a folder that was closed before, too."""
    from registry.tracking.files.folders import Folder, note_registered
    from registry.tracking.models import RegisteredFolder

    wire.post("registered-models/create", {"name": "first"})
    logged = logged_model(wire)
    register(wire, "first", logged)
    folder = Folder(logged, "")
    folder.files()
    assert folder.was_closed
    type(logged).objects.filter(pk=logged.pk).update(deleted_at=timezone.now())
    with pytest.raises(Invalid, match="is deleted"), transaction.atomic():
        note_registered(folder, RegisteredFolder.objects.get().version)
