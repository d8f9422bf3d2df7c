"""Who looks at a page leaves a row; where that cannot be written, only what discloses a secret is held back."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import RequestFactory

from accounts.actors import actor_of
from compliance.audit import Actor, define
from compliance.audit.context import acting
from compliance.audit.models import AuditEvent
from compliance.audit.reading import record_reading
from compliance.retention.regimes import least_days_of
from modelops.crypto.errors import KeysUnavailable
from modelops.crypto.keyring import keyring
from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.purposes import Purpose
from modelops.lib.ids import uuid7
from registry import viewing
from registry.grants.services import change_access
from tests.accounts.people import make_user
from tests.audit.faults import no_room_in_the_ledger
from tests.registry.samples import make_model

pytestmark = pytest.mark.django_db
LOOKED = define("tests.page.viewed", "looked at a page", category="data", ocsf="entity.read")


@contextmanager
def no_key_for_origins() -> Iterator[None]:
    """Within the block nothing can be sealed beside a row."""
    KeyVersion.objects.filter(purpose=Purpose.FIELD).update(state=KeyState.SUSPENDED)
    keyring.forget()
    try:
        yield
    finally:
        KeyVersion.objects.filter(purpose=Purpose.FIELD).update(state=KeyState.ACTIVE)
        keyring.forget()


@pytest.fixture
def reader(rf: RequestFactory) -> Iterator[Any]:
    """A request whose origin is not known yet, so that it has to be sealed."""
    request: Any = rf.get("/")
    request.actor = Actor("user", str(uuid7()))
    with acting(address="203.0.113.7", source="203.0.113.0/24"):
        yield request


@pytest.mark.parametrize("fault", [no_room_in_the_ledger, no_key_for_origins])
def test_a_page_is_shown_though_its_row_cannot_be_written_and_a_secret_is_not(
    fault: Any, reader: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """S4-92: the log gets a line instead."""
    broken: AbstractContextManager[None] = fault()
    with broken:
        record_reading(LOOKED, request=reader)
        assert "could not be recorded: tests.page.viewed" in caplog.text
        with pytest.raises((DatabaseError, KeysUnavailable)):
            record_reading(LOOKED, request=reader, strict=True)
    assert not AuditEvent.objects.filter(name=LOOKED.name).exists()
    record_reading(LOOKED, request=reader)
    assert AuditEvent.objects.filter(name=LOOKED.name).count() == 1


def test_under_hipaa_a_restricted_model_is_shown_only_when_the_reading_is_recorded(reader: Any, settings: Any) -> None:
    """S2-70: the regime keeps the audit log for six years and turns recorded reading on for what is flagged."""
    owner = make_user("owner", "Data scientist")
    flagged, open_ = make_model(owner, "flagged"), make_model(owner, "open")
    change_access(flagged, is_restricted=True, actor=actor_of(owner))
    flagged.refresh_from_db()
    assert least_days_of("logs") == 365
    with no_key_for_origins():
        viewing.model(reader, flagged)
        settings.MODELOPS_REGIMES = ["gdpr", "hipaa"]
        assert least_days_of("logs") == 6 * 365
        with pytest.raises((DatabaseError, KeysUnavailable)):
            viewing.model(reader, flagged)
        viewing.model(reader, open_)
    viewing.model(reader, flagged)
    assert AuditEvent.objects.filter(name="registry.model.viewed", target_id=str(flagged.pk)).count() == 1
