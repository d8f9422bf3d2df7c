"""A finding leads to the page on which it is put right: on the posture page, over REST and in its alert."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import TOTPDevice
from monitoring.alerts.posture import watch_controls
from monitoring.models.alerts import Alert
from monitoring.templatetags.own_addresses import with_own_links
from tests.accounts.people import make_user, sign_in
from tests.portal.people import key_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def there() -> str:
    """The page of a staff account that has lost its second factor, which is a finding."""
    bare = make_user("bare", "Security administrator", password="a password that is long enough")
    TOTPDevice.objects.filter(user=bare).delete()
    return reverse("admin:accounts_user_change", args=[bare.pk])


def test_the_page_and_the_interface_give_the_address(there: str, client: Client) -> None:
    """S4-132: the live list leads to where a finding is put right."""
    page = sign_in(client, make_user("officer", "Compliance officer")).get(reverse("admin:posture")).content.decode()
    assert f'<a href="{there}"' in page
    assert f">{there}<" not in page
    headers = {"Authorization": f"Bearer {key_for('guard', 'Security administrator')}"}
    controls = Client().get("/api/v1/posture/", headers=headers).json()["controls"]
    assert there in [finding["url"] for control in controls for finding in control["findings"]]


def test_the_alert_has_the_whole_address_and_its_page_a_link(there: str, client: Client, settings: Any) -> None:
    settings.MODELOPS_BASE_URL = "https://portal.example.org/"
    watch_controls()
    alert = Alert.objects.get(body__contains=there)
    assert f"\nhttps://portal.example.org{there}" in alert.body
    page = sign_in(client, make_user()).get(alert.get_absolute_url()).content.decode()
    assert f'<a href="https://portal.example.org{there}">' in page


def test_only_addresses_of_this_portal_are_links(settings: Any) -> None:
    settings.MODELOPS_BASE_URL = "https://portal.example.org"
    text = 'See https://portal.example.org.evil.test/x and <b>\nhttps://portal.example.org/a?b="c"&d'
    html = with_own_links(text)
    assert html.count("<a ") == 1
    assert "&lt;b&gt;" in html
    assert '<a href="https://portal.example.org/a?b=&quot;c&quot;&amp;d">' in html
