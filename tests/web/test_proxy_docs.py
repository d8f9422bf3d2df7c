"""What the documentation says that the proxy must do is what the portal relies on."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import settings
from django.test import Client

from modelops.lib.posture import controls
from modelops.throttling.limits import NETWORK_DEFAULT, SCOPES
from modelops.throttling.posture import limits_are_in_force
from modelops.web import peers
from tests.accounts.people import make_user, sign_in

_DOCS: Final = Path(settings.BASE_DIR) / "docs"
SECTION: Final = (
    (_DOCS / "howto/deploy.md").read_text(encoding="utf-8").partition("\n## The proxy\n")[2].partition("\n## ")[0]
)
WORDS, _, SAMPLE = SECTION.partition("For example with nginx")
_SIZES: Final = {"k": 2**10, "m": 2**20, "g": 2**30}


def directive(name: str) -> str:
    """What the sample says of one directive, in its first place."""
    found = re.search(rf"^\s*{name}\s+([^;]+);", SAMPLE, re.M)
    assert found, f"the sample has no {name}"
    return found[1]


def size(text: str) -> int:
    return int(text[:-1]) * _SIZES[text[-1].lower()]


def seconds(text: str) -> int:
    assert text.endswith("s")
    return int(text[:-1])


def headers_that_count(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The headers by which a trusted proxy changes who asks, as the portal reads them now."""
    monkeypatch.setattr(settings, "MODELOPS_TRUSTED_PROXIES", ("127.0.0.1",))
    found = set()
    for name in peers.FORWARDING:
        for value in ("203.0.113.9", "https", "other.example.org"):
            plain: dict[str, Any] = {"REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "http", "HTTP_HOST": "x"}
            meta = {**plain, name: value}
            peers.settle(meta)
            if meta != plain:
                found.add(name.removeprefix("HTTP_").replace("_", "-").title())
    return found


def test_each_header_that_counts_is_named_and_overwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    """S4-110: header trust; no value of the sample comes from a header of the client but the checked name."""
    counting = headers_that_count(monkeypatch)
    assert counting == {"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host"}
    given = dict(re.findall(r"proxy_set_header\s+([\w-]+)\s+([^;]+);", SAMPLE))
    for header in counting:
        assert f"`{header}`" in WORDS
        assert header in given
    assert not any("$http_" in value or "proxy_add_x_forwarded_for" in value for value in given.values())
    assert "MODELOPS_TRUSTED_PROXIES" in WORDS


def test_bodies_that_the_portal_takes_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """S4-110: request size; and they pass unbuffered, for plaintext touches no disk."""
    largest = settings.MODELOPS_MAX_ARTIFACT_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert size(directive("client_max_body_size")) >= largest
    assert directive("proxy_request_buffering") == "off"
    count, each = directive("large_client_header_buffers").split()
    assert int(count) * size(each) == 32 * 2**10
    assert "32 KiB" in WORDS


def test_slow_clients_are_given_up_and_long_answers_awaited() -> None:
    """S4-110: timeouts and slow clients."""
    for name in ("client_header_timeout", "client_body_timeout", "send_timeout"):
        assert seconds(directive(name)) == 30
    assert WORDS.count("30 seconds") >= 2
    assert seconds(directive("proxy_read_timeout")) == 600
    assert "10\n  minutes" in WORDS


def test_floods_are_held_back_above_the_portals_own_limits() -> None:
    """S2-03, S4-110: connections and requests of one address; honest answers of the portal come first."""
    widest = max([NETWORK_DEFAULT, *(scope.default for scope in SCOPES)])
    zones = dict(re.findall(r"zone=(\w+):\w+(?:\s+rate=(\d+)r/s)?", SAMPLE))
    assert all(key == "$binary_remote_addr" for key in re.findall(r"limit_\w+_zone\s+(\S+)", SAMPLE))
    used, burst = re.findall(r"limit_req\s+zone=(\w+)\s+burst=(\d+)", SAMPLE)[0]
    assert int(zones[used]) * 60 >= widest.per_minute
    assert int(burst) >= widest.burst
    assert directive("limit_conn").split()[0] in zones
    assert f"{widest.per_minute} a minute and {widest.burst} at once" in WORDS.replace("\n  ", " ")


def test_lines_are_encrypted_and_plain_http_is_sent_on() -> None:
    """S4-110: TLS."""
    assert directive("ssl_protocols").split() == ["TLSv1.2", "TLSv1.3"]
    assert "TLS 1.2 and 1.3 alone" in WORDS
    assert "return 301 https://" in SAMPLE
    assert directive("proxy_http_version") == "1.1"


def test_every_setting_that_it_names_exists() -> None:
    """S4-110: by the reference of settings."""
    reference = (_DOCS / "reference/settings.md").read_text(encoding="utf-8")
    named = set(re.findall(r"MODELOPS_\w+", SECTION))
    assert {"MODELOPS_TRUSTED_PROXIES", "MODELOPS_MAX_ARTIFACT_BYTES", "MODELOPS_MAX_BODY_BYTES", "MODELOPS_HOSTS",
            "MODELOPS_THROTTLE_MLFLOW"} <= named  # fmt: skip
    assert [name for name in sorted(named) if f"`{name}`" not in reference] == []


@pytest.mark.django_db
def test_the_posture_leads_to_it(settings: Any) -> None:
    """S2-03, S4-110: the control of limits, and each finding about one, opens the section in the admin."""
    desk = sign_in(Client(), make_user("officer", "Compliance officer"))
    outcome = limits_are_in_force()
    assert outcome.url in desk.get("/admin/posture/").text
    page = desk.get(outcome.url)
    assert page.status_code == 200
    assert f'id="{outcome.url.partition("#")[2]}"' in page.text
    assert "limit_req_zone" in page.text
    settings.MODELOPS_THROTTLE = {name: limit._replace(per_minute=limit.per_minute * 2)
                                  for name, limit in settings.MODELOPS_THROTTLE.items()}  # fmt: skip
    assert {one.url for one in limits_are_in_force().findings if one.key.startswith("loose:")} == {outcome.url}
    assert any(one.key == "limits.rates" for one in controls())
