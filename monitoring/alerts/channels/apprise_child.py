"""A process of its own that sends one message through Apprise and can do nothing else.

Apprise has its own HTTP client, which resolves names, follows redirects and believes the environment. Here it meets an
audit hook that no Python code can take off: connections go only to addresses that were resolved under the portal's
rule for receivers, no file outside the installation is read, none is written, no program is started. Run as a file,
with one JSON document on standard input and one on standard output.
"""

import functools
import ipaddress
import json
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
# An isolated interpreter knows the installed packages only.
sys.path.append(str(ROOT))

from modelops.lib import outbound  # noqa: E402  only now can it be found

MOST_MEMORY = 2 << 30
EXCERPT = 1024
_READABLE = (sys.prefix, sys.base_prefix, "/etc/ssl", "/etc/pki", "/usr/share", str(ROOT / "modelops"))
_READABLE_FILES = frozenset(
    {"/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/localtime"}
)
_FORBIDDEN = (
    "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "pty.", "ctypes.", "shutil.",
    "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown",
    "socket.bind", "socket.sendto", "socket.sendmsg", "socket.gethostby", "socket.getnameinfo", "urllib.Request",
    "os.putenv", "signal.pthread_kill", "os.kill", "os.killpg", "webbrowser.",
)  # fmt: skip


class Guard:
    """What the process may do once it is armed, and what it was refused."""

    def __init__(self, *, allow_private: bool, may_connect: bool) -> None:
        self.allow_private = allow_private
        self.may_connect = may_connect
        self.refused: str = ""
        self._checked: set[tuple[str, int]] = set()
        self._ask = socket.getaddrinfo

    def arm(self) -> None:
        """From here on nothing else is possible; there is no way back."""
        socket.getaddrinfo = self._resolve  # type: ignore[assignment]
        sys.addaudithook(self._judge)

    def _resolve(self, host: Any, port: Any, *args: Any, **options: Any) -> list[Any]:
        try:
            name = outbound.check_host(host.decode() if isinstance(host, bytes) else str(host))
            number = outbound.check_port(int(port))
        except (outbound.ReceiverRefused, ValueError) as refusal:
            raise self._no(str(refusal)) from None
        rows: list[Any] = self._ask(name, number, *args, **options)
        for row in rows:
            self._check_address(str(row[4][0]))
        self._checked.update((str(row[4][0]), number) for row in rows)
        return rows

    def _check_address(self, text: str) -> None:
        address = ipaddress.ip_address(text.partition("%")[0])
        if not (outbound.is_public(address) or (self.allow_private and outbound.is_allowed_private(address))):
            raise self._no(
                "The receiver's host stands for an address that is not public. Receivers in private networks are "
                "called only when the administrator sets MODELOPS_ALLOW_PRIVATE_RECEIVERS=1."
            )

    def _no(self, reason: str) -> OSError:
        self.refused = self.refused or reason
        return socket.gaierror(socket.EAI_FAIL, reason)

    def _judge(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "socket.connect":
            address = args[1]
            if not isinstance(address, tuple) or tuple(address[:2]) not in self._checked:
                raise self._no("The service wants a connection that the portal does not make.")
            if not self.may_connect:
                raise ConnectionRefusedError("Nothing is sent while an address is checked.")
        elif event == "open":
            self._judge_file(*args[:3])
        elif event.startswith(_FORBIDDEN):
            raise self._no(f"The service wants something that the portal does not do for it ({event}).")

    def _judge_file(self, path: Any, _mode: Any, flags: Any) -> None:
        if isinstance(path, int):
            return
        where = os.path.normpath(Path(os.fsdecode(path)).absolute())
        writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
        if where == os.devnull:
            return
        if writes or not (where in _READABLE_FILES or where.startswith(tuple(f"{one}/" for one in _READABLE))):
            raise PermissionError("No file is opened for a message.")


class Answers:
    """The last answer that came, a bad one before a good one."""

    def __init__(self) -> None:
        self.code: int | None = None
        self.excerpt = ""
        self.retry_after = ""
        self.fault = ""

    def watch(self) -> None:
        """Look at every answer on its way to Apprise, and take redirects for what they are: no delivery."""
        sessions = import_module("requests.sessions")
        send: Callable[..., Any] = sessions.Session.send

        @functools.wraps(send)
        def watched(session: Any, request: Any, **options: Any) -> Any:
            session.trust_env = False
            options.update(allow_redirects=False, verify=True, proxies={})
            try:
                answer = send(session, request, **options)
            except Exception as fault:
                self.fault = type(fault).__name__
                raise
            self._keep(answer)
            return answer

        sessions.Session.send = watched

    def _keep(self, answer: Any) -> None:
        if self.code is not None and not 200 <= self.code < 300:
            return
        self.code = answer.status_code
        self.excerpt = answer.content[:EXCERPT].decode(errors="replace")
        self.retry_after = answer.headers.get("retry-after", "")


def _bounded() -> None:
    """No core file, no file at all, and not more memory than a message can need."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def _service(apprise: Any, module: str, schema: str, url: str) -> Any:
    """The service that an address names, or None when it does not understand the address."""
    found = import_module(f"apprise.plugins.{module}")
    kinds = [one for one in vars(found).values() if isinstance(one, type) and issubclass(one, apprise.NotifyBase)]
    kind = next(one for one in kinds if schema in one.schemas(one))
    options = kind.parse_url(url)
    if not options:
        return None
    try:
        return kind(**options, asset=apprise.AppriseAsset(async_mode=False, storage_mode="memory"))
    except TypeError:
        return None


def main() -> None:
    """Read what to send, arm the guard, send, and say what came of it."""
    said = json.load(sys.stdin)
    _bounded()
    apprise: Any = import_module("apprise")
    checks = bool(said["only_check"])
    guard, answers = Guard(allow_private=said["allow_private"], may_connect=not checks), Answers()
    answers.watch()
    # Counted from here: a busy machine may take its time to load.
    signal.alarm(said["limit_s"])
    guard.arm()
    service = _service(apprise, said["module"], said["schema"], said["url"])
    sent = False
    if service is not None:
        sender = apprise.Apprise()
        sender.add(service)
        given = {"title": said["title"], "body": said["body"], "notify_type": said["type"]}
        sent = bool(sender.notify(**given, body_format="text", interpret_escapes=False))
    signal.alarm(0)
    json.dump(
        {
            "understood": service is not None,
            "sent": sent,
            "refused": guard.refused,
            "code": answers.code,
            "excerpt": answers.excerpt,
            "retry_after": answers.retry_after,
            "fault": answers.fault,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
