"""The server that is imported from, asked in its own protocol. Nobody but the operator names its address."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Self
from urllib.parse import quote, urlsplit

import httpx

from modelops.lib.errors import DomainError, Invalid, Unavailable

_API: Final = "/api/2.0/mlflow/"
_FILES: Final = "/api/2.0/mlflow-artifacts/artifacts"
_ROOT: Final = re.compile(r"mlflow-artifacts:/(?!/)(.*)")
_LARGEST_ANSWER: Final = 256 << 20
_DEEPEST: Final = 16
_MOST_FILES: Final = 10_000
_PIECE: Final = 1 << 20


class SourceRefused(DomainError):
    """The server answered, and not with what was asked for."""

    code = "import.refused"


class Source:
    """One server. Redirects are refused, and no proxy or credential of the environment is used."""

    def __init__(self, uri: str, *, token: str = "", user: str = "") -> None:
        """Raises Invalid for what is no address of a server. With ``user`` the token is the password."""
        parts = urlsplit(uri)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise Invalid(
                "The address of the server is no http:// or https:// address. Name its tracking URI.",
                code="import.bad_address",
            )
        if "@" in parts.netloc:
            raise Invalid(
                "The address holds credentials, which the list of processes shows to everybody. Send the password "
                "with --token-stdin, and the name with --user.",
                code="import.bad_address",
            )
        self.name = f"{parts.netloc}{parts.path.rstrip('/')}"
        headers = {"Accept-Encoding": "identity"}
        if token and not user:
            headers["Authorization"] = f"Bearer {token}"
        self._base = uri.rstrip("/")
        self._client = httpx.Client(
            headers=headers,
            auth=(user, token) if user else None,
            timeout=httpx.Timeout(60),
            follow_redirects=False,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._client.close()

    def get(self, route: str, **asked: Any) -> dict[str, Any]:
        """The answer to a GET. Raises SourceRefused and Unavailable."""
        with self._answer("GET", _API + route, params=asked) as answer:
            return _read(answer)

    def post(self, route: str, asked: dict[str, Any]) -> dict[str, Any]:
        """The answer to a POST. Raises SourceRefused and Unavailable."""
        with self._answer("POST", _API + route, json=asked) as answer:
            return _read(answer)

    def pages(self, route: str, key: str, asked: dict[str, Any], *, by_get: bool = False) -> Iterator[dict[str, Any]]:
        """Every object of a search, page after page."""
        token, seen = "", set()
        while True:
            more = {"page_token": token} if token else {}
            page = self.get(route, **asked, **more) if by_get else self.post(route, {**asked, **more})
            yield from page.get(key) or []
            token = str(page.get("next_page_token") or "")
            if not token or token in seen:
                return
            seen.add(token)

    def files(self, uri: str) -> list[tuple[str, int]]:
        """Paths and sizes of all files below an artifact_uri. Raises SourceRefused for one that it does not serve."""
        root = _served(uri)
        found: list[tuple[str, int]] = []
        waiting = [("", 0)]
        while waiting:
            folder, depth = waiting.pop()
            with self._answer("GET", _FILES, params={"path": f"{root}/{folder}".rstrip("/")}) as answer:
                listed = _read(answer).get("files") or []
            for entry in listed:
                name = str(entry.get("path", "")).rsplit("/", 1)[-1]
                path = f"{folder}/{name}" if folder else name
                if entry.get("is_dir"):
                    if depth < _DEEPEST:
                        waiting.append((path, depth + 1))
                else:
                    found.append((path, int(entry.get("file_size") or 0)))
            if len(found) > _MOST_FILES:
                raise SourceRefused(f"There are more than {_MOST_FILES:,} files. Log them as a dataset.")
        return sorted(found)

    @contextmanager
    def pieces(self, uri: str, path: str) -> Iterator[Iterator[bytes]]:
        """The bytes of one file as they arrive. Raises SourceRefused and Unavailable."""
        with self._answer("GET", f"{_FILES}/{quote(f'{_served(uri)}/{path}')}") as answer:
            yield _told(answer)

    @contextmanager
    def _answer(self, method: str, path: str, **more: Any) -> Iterator[httpx.Response]:
        try:
            with self._client.stream(method, self._base + path, **more) as answer:
                if answer.status_code != 200:
                    raise SourceRefused(_refusal(answer))
                yield answer
        except httpx.HTTPError as error:
            raise Unavailable(
                f"{self.name} cannot be reached or broke off: {type(error).__name__}. Run the import again; it goes on "
                "where it stopped.",
                code="import.unreachable",
            ) from None


def _served(uri: str) -> str:
    match = _ROOT.fullmatch(uri)
    if match is None:
        scheme = uri.partition(":")[0][:20] or "no scheme"
        raise SourceRefused(
            f"Its files are not served by its tracking server ({scheme}). Start the server with --serve-artifacts and "
            "an artifact root of mlflow-artifacts:/."
        )
    return match[1].strip("/")


def _told(answer: httpx.Response) -> Iterator[bytes]:
    received = 0
    for piece in answer.iter_raw(_PIECE):
        received += len(piece)
        yield piece
    announced = answer.headers.get("content-length")
    if announced is not None and announced.isdigit() and int(announced) != received:
        raise SourceRefused("A file ended before its announced length.")


def _read(answer: httpx.Response) -> dict[str, Any]:
    body = bytearray()
    for piece in answer.iter_raw(_PIECE):
        body += piece
        if len(body) > _LARGEST_ANSWER:
            raise SourceRefused("An answer is longer than 256 MiB.")
    try:
        found = json.loads(bytes(body) or b"{}")
    except ValueError:
        raise SourceRefused("An answer is no JSON. Is this the tracking URI of a server of MLflow?") from None
    return found if isinstance(found, dict) else {}


def _refusal(answer: httpx.Response) -> str:
    if 300 <= answer.status_code < 400:
        return "It answers with a redirect, which is not followed. Name the address that it leads to, if you trust it."
    if answer.status_code in {401, 403}:
        return f"It answers {answer.status_code}: it wants a token that may read everything (--token-stdin)."
    text = answer.read()[:500].decode("utf-8", errors="replace")
    said = re.sub(r"[^\x20-\x7e]+", " ", text)
    return f"It answers {answer.status_code}: {said}"
