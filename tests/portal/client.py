"""A pipeline: a client of the REST interface with an API key."""

import time
from typing import Any, Self

import httpx


class Pipeline:
    """Calls the portal as a program does; `ok` and `refused` say what is expected."""

    def __init__(self, url: str, key: str) -> None:
        self.http = httpx.Client(
            base_url=f"{url}/api/v1/", headers={"Authorization": f"Bearer {key}"}, timeout=60, trust_env=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.http.close()

    def get(self, path: str) -> Any:
        return self._answer(self.http.get(path), 200)

    def post(self, path: str, expect: int = 201, **body: Any) -> Any:
        return self._answer(self.http.post(path, **body), expect)

    def refused(self, path: str, status: int, code: str, **body: Any) -> Any:
        """POST that must be refused as a problem with this status and code."""
        answer = self.http.post(path, **body)
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (status, code), problem
        assert problem["detail"]
        return problem

    def finished(self, job: str, patience_s: float = 90) -> Any:
        """The job, once it has ended."""
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            found = self.get(f"jobs/{job}/")
            if found["state"] not in {"queued", "running"}:
                return found
            time.sleep(0.2)
        raise AssertionError(f"The job {job} is still {found['state']}: {found['message']}")

    def events(self, **filters: str) -> list[Any]:
        """All ledger rows that match, newest first."""
        rows: list[Any] = []
        url: str | None = f"audit-events/?{httpx.QueryParams({'page_size': 200, **filters})}"
        while url:
            page = self.get(url)
            rows += page["results"]
            url = page["next"]
        return rows

    @staticmethod
    def _answer(answer: httpx.Response, expect: int) -> Any:
        assert answer.status_code == expect, f"{answer.request.method} {answer.request.url}: {answer.text[:600]}"
        return answer.json()
