"""What is refused before a byte of its body is read stands in the ledger by its route, never by its path."""

import pytest
from django.test import Client

from compliance.audit.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/invitation/a-secret-of-somebody/", "/invitation/<str:token>/"),
        ("/api/v1/models/name-of-a-person/", "/api/v1/models/<object_name:name>/"),
        ("/whatever-a-stranger-writes/", "unknown"),
    ],
)
def test_the_ledger_gets_the_route(client: Client, path: str, route: str) -> None:
    """S4-107."""
    answer = client.post(path, b"", content_type="application/json", headers={"Content-Length": str(10**9)})
    assert answer.status_code == 413
    (told,) = AuditEvent.objects.filter(name="audit.request.refused").values_list("details__route", flat=True)
    assert told == route
