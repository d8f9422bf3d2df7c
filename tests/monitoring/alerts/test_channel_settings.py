"""Settings of channels: what is taken, what is refused, what is shown."""

from typing import Any

import pytest

from modelops.lib.errors import Invalid
from monitoring.alerts.channels import channels
from monitoring.alerts.channels.settings import clean, shown


def test_the_kinds_of_channel_are_known() -> None:
    kinds = "apprise email ntfy on_call opsgenie pagerduty slack sms syslog teams webhook"
    assert channels.keys() == kinds.split()


@pytest.mark.parametrize(
    ("kind", "given", "stored"),
    [
        ("email", {"to": "a@example.com, b@example.com;a@example.com"}, {"to": ["a@example.com", "b@example.com"]}),
        ("email", {"recipients": ["a@example.com"], "port": "2525"}, {"to": ["a@example.com"], "smtp_port": 2525}),
        ("webhook", {"url": "https://example.com/x", "secret": ""}, {"url": "https://example.com/x"}),
        ("slack", {"webhook_url": "https://example.com/y"}, {"url": "https://example.com/y"}),
    ],
)
def test_settings_are_stored_in_one_form(kind: str, given: dict[str, Any], stored: dict[str, Any]) -> None:
    cleaned = clean(channels.get(kind), given)
    assert {name: value for name, value in cleaned.items() if name != "smtp_security"} == stored


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        ("email", {}, "config.to"),
        ("email", {"to": "nobody"}, "config.to"),
        ("email", {"to": [1]}, "config.to"),
        ("email", {"to": "a@example.com\r\nBcc: b@example.com"}, "config.to"),
        ("email", {"to": [f"a{n}@example.com" for n in range(21)]}, "config.to"),
        ("email", {"to": "a@example.com", "smtp_port": 0}, "config.smtp_port"),
        ("email", {"to": "a@example.com", "smtp_port": True}, "config.smtp_port"),
        ("email", {"to": "a@example.com", "smtp_port": "x"}, "config.smtp_port"),
        ("email", {"to": "a@example.com", "smtp_security": "ssl"}, "config.smtp_security"),
        ("email", {"to": "a@example.com", "smtp_username": "x\ny"}, "config.smtp_username"),
        ("email", {"to": "a@example.com", "from_address": "x"}, "config.from_address"),
        ("webhook", {"secret": "x"}, "config.url"),
        ("webhook", {"url": 5}, "config.url"),
        ("webhook", {"url": "https://example.com/", "secret": "x" * 201}, "config.secret"),
        ("webhook", {"url": "https://example.com/", "colour": "red"}, "config.colour"),
        ("slack", "text", "config."),
    ],
)
def test_settings_that_cannot_work_are_refused(kind: str, given: Any, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        clean(channels.get(kind), given)
    assert refusal.value.code == "channel.invalid"
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"smtp_password": "x"}, "config.smtp_host"),
        ({"from_address": "a@example.com"}, "config.smtp_host"),
        ({"smtp_host": "1.1.1.1", "smtp_port": 22}, "config.smtp_port"),
        ({"smtp_host": "1.1.1.1", "smtp_security": "none", "smtp_password": "x"}, "config.smtp_security"),
        ({"smtp_host": "127.0.0.1"}, "url"),
        ({"smtp_host": "0x7f.1"}, "url"),
    ],
)
def test_a_mail_server_that_cannot_be_used_is_refused(config: dict[str, Any], field: str) -> None:
    cls = channels.get("email")
    cls(clean(cls, {"to": "a@example.com"})).check()
    with pytest.raises(Invalid) as refusal:
        cls(clean(cls, {"to": "a@example.com", **config})).check()
    assert refusal.value.field == field


def test_secrets_are_only_said_to_be_set() -> None:
    """S1-04: channel credentials and webhook secrets are never shown again."""
    webhook = channels.get("webhook")
    config = clean(webhook, {"url": "https://example.com/token-1", "secret": "token-2"})
    assert shown(webhook, config) == {"url": "set", "secret": "set"}
    assert shown(webhook, clean(webhook, {"url": "https://example.com/"}))["secret"] == "not set"
    assert "token" not in repr(webhook(config)) + webhook(config).destination()
    email = channels.get("email")
    mail = clean(email, {"to": "a@example.com", "smtp_host": "mail.example.com", "smtp_password": "token-3"})
    assert shown(email, mail)["to"] == ["a@example.com"]
    assert shown(email, mail)["smtp_password"] == "set"
    assert email(mail).destination() == "1 address at example.com"
