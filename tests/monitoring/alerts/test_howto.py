"""The signature check that docs/howto/alert-channels.md hands out works."""

import re
import time
from pathlib import Path
from typing import Any

from monitoring.alerts.channels.webhook import sign

PAGE = Path(__file__).parents[3] / "docs" / "howto" / "alert-channels.md"


def test_the_documented_check_accepts_what_is_signed_and_nothing_else() -> None:
    (snippet,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    exec(snippet, names)  # noqa: S102  the page's own code is what is tested
    is_genuine: Any = names["is_genuine"]
    now = int(time.time())
    assert is_genuine(sign("secret", now, b"{}"), b"{}", "secret")
    assert not is_genuine(sign("secret", now, b"{}"), b"{ }", "secret")
    assert not is_genuine(sign("secret", now, b"{}"), b"{}", "other")
    assert not is_genuine(sign("secret", now - 301, b"{}"), b"{}", "secret")
