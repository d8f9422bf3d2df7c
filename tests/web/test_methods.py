"""Methods that the portal does not know."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/sign-in/", "/api/v1/models/", "/admin/", "/health/live"])
def test_trace_is_not_answered(path: str, client: Client) -> None:
    """ASVS 13.4.4: and nothing of the request comes back."""
    answer = client.generic("TRACE", path, headers={"X-Sent": "what-was-sent"})
    assert answer.status_code == 405
    assert "TRACE" not in answer.headers.get("allow", "")
    assert b"what-was-sent" not in answer.content
