"""What answers of the REST interface say."""

from typing import Any


def problem_of(answer: Any) -> tuple[int, str]:
    """Status and code of an answer that must be a problem."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.content
    body = answer.json()
    assert body["detail"]
    assert body["status"] == answer.status_code
    return answer.status_code, body["code"]
