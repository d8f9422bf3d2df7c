"""What happens to an account is told to its holder by mail, after the act and never in its way."""

import smtplib
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.db import transaction
from django.utils import timezone

from accounts import notices
from accounts.models import Notice, User
from accounts.notices import notify
from tests.accounts.conftest import Clock
from tests.accounts.people import make_user

pytestmark = pytest.mark.django_db


def reachable(username: str = "scientist") -> User:
    """An account with a confirmed address."""
    user = make_user(username)
    user.email, user.email_confirmed_at = f"{username}@example.org", timezone.now()
    user.save()
    return user


def test_a_notice_goes_to_the_confirmed_address(django_capture_on_commit_callbacks: Any) -> None:
    user = reachable()
    with django_capture_on_commit_callbacks() as callbacks:
        notify(user, "new_device", browser="Firefox", network="203.0.113.0/24")
    assert len(callbacks) == 1
    assert mail.outbox == []
    assert notices.send_due() == 1
    assert notices.send_due() == 0
    (message,) = mail.outbox
    assert message.to == ["scientist@example.org"]
    assert message.subject == "ModelOps portal: a new device signed in"
    assert "Firefox, from the network 203.0.113.0/24" in message.body
    assert f"{django_settings.MODELOPS_BASE_URL}/account/security/" in message.body


def test_an_address_that_nobody_confirmed_gets_nothing() -> None:
    """S4-35: neither when it happens nor when the address was unconfirmed meanwhile."""
    user = reachable()
    notify(user, "password_changed")
    User.objects.update(email_confirmed_at=None)
    user.refresh_from_db()
    assert notify(user, "password_changed") is None
    assert notices.send_due() == 0
    assert mail.outbox == []
    assert not Notice.objects.exists()


def test_a_notice_of_something_that_was_undone_is_never_sent() -> None:
    user = reachable()
    with pytest.raises(RuntimeError), transaction.atomic():
        notify(user, "password_changed")
        raise RuntimeError
    assert notices.send_due() == 0


def test_a_mail_server_that_is_away_is_tried_again_for_a_day(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    notify(reachable(), "password_changed")
    with monkeypatch.context() as away:

        def refuse(*args: object) -> int:
            raise smtplib.SMTPServerDisconnected

        away.setattr(notices.mailing, "send_mail", refuse)
        assert notices.send_due() == 0
        assert notices.send_due() == 0
        assert Notice.objects.get().attempts == 1
        clock.forward(seconds=61)
        notices.send_due()
        assert Notice.objects.get().attempts == 2
    clock.forward(seconds=121)
    assert notices.send_due() == 1
    notify(User.objects.get(), "password_changed")
    clock.forward(hours=25)
    assert notices.send_due() == 0


def test_each_kind_has_a_text() -> None:
    folder = Path(django_settings.BASE_DIR) / "templates/accounts/mail"
    texts = {path.stem for path in folder.glob("*.txt")}
    assert set(notices.SUBJECTS) <= texts
    with pytest.raises(ValueError, match="no notice"):
        notify(reachable(), "nonsense")
