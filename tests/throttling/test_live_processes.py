"""Two web processes, one count."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.live import LivePortal

from .conftest import forget

pytestmark = pytest.mark.live


def test_two_web_processes_share_the_count(live_portal: LivePortal, tmp_path: Path, settings: Any) -> None:
    """S2-36, S4-45: one call too many is refused, whichever process the others went to."""
    other = LivePortal({**live_portal.env, "MODELOPS_THROTTLE_NETWORK": "20/20"}, tmp_path)
    try:
        other.start("web")
        forget()
        with httpx.Client(trust_env=False, timeout=30) as stranger:
            said = [stranger.get(f"{other.url}/sign-in/").status_code for _ in range(12)]
            said += [stranger.get(f"{live_portal.url}/sign-in/").status_code for _ in range(8)]
            assert set(said) == {200}
            refused = stranger.get(f"{other.url}/sign-in/")
            assert refused.status_code == 429
            assert 1 <= int(refused.headers["retry-after"]) <= 60
            assert "Wait" in refused.text
    finally:
        other.stop_all()
        forget()
