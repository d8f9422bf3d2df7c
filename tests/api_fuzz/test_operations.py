"""Every operation of the OpenAPI document, called with what fits it and what does not.

The same requests each time, a few for each operation; ``PORTAL_TEST_KILLS=60`` makes ten times as many.
"""

import logging
import os
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from modelops.crypto.keyring import keyring
from tests.interface import document

from .house import House

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
# Another protocol, with many small operations: one request for each, beside the probes of tests/registry/mlflow.
MLFLOW = "/mlflow/"
EXAMPLES = 2 * max(1, int(os.environ.get("PORTAL_TEST_KILLS", "6")) // 6)


@pytest.fixture
def house(settings: Any, http_receiver: Any) -> Iterator[House]:
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = True
    logging.disable(logging.CRITICAL)
    yield House(http_receiver.url)
    keyring.forget()  # keys that a request made and that were taken back with it
    logging.disable(logging.NOTSET)


def operations(house: House) -> list[Any]:
    schema = schemathesis.openapi.from_dict(deepcopy(document()))
    schema.app = house
    return [found.ok() for found in schema.get_all_operations()]


def each(operation: Any, mode: GenerationMode, examples: int, known: dict[str, Any], run: Any) -> None:
    """Call ``run`` with generated requests for an operation, most of them to something that is there."""
    settings = hypothesis.settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    strategy = operation.as_strategy(generation_mode=mode, path_parameters=known or None)
    settings(hypothesis.given(case=strategy)(lambda case: run(case)))()


def findings(house: House, who: str, *, restricted: bool, looked_at: Any) -> list[str]:
    """What went wrong, an operation a line."""
    found: list[str] = []
    for operation in operations(house):
        if operation.path.startswith(MLFLOW):
            continue
        house.credential = house.keys[who]
        known = house.known(operation.path, restricted=restricted)

        def run(case: Any) -> None:
            response = case.call()
            case.validate_response(response, checks=CHECKS)
            looked_at(case, response)

        for mode in MODES if not restricted else MODES[:1]:
            try:
                each(operation, mode, EXAMPLES if mode is MODES[0] else EXAMPLES // 2, known, run)
            except hypothesis.errors.Unsatisfiable:
                continue  # nothing can be wrong about a request without parameters
            except (Exception, BaseExceptionGroup) as problem:  # noqa: BLE001  every operation is looked at
                found.append(f"{operation.label} [{mode.value}]: {describe(problem)}")
    return found


def describe(problem: BaseException) -> str:
    inner = problem.exceptions if isinstance(problem, BaseExceptionGroup) else [problem]
    return " / ".join(" ".join(str(one).split())[:600] for one in inner)


def test_no_operation_fails_or_answers_what_the_document_does_not_tell(house: House) -> None:
    """S2-30: by somebody with every role, and what works for them works for nobody without their credential."""
    proven: set[str] = set()

    def without_credential(case: Any, response: Any) -> None:
        label = case.operation.label
        if response.status_code >= 300 or label in proven or not case.operation.definition.raw.get("security", True):
            return
        proven.add(label)
        for wrong in ("", house.keys["everything"][:-1] + "0", "eyJhbGciOiJub25lIn0.e30."):
            house.credential = wrong
            again = case.call()
            house.credential = house.keys["everything"]
            assert again.status_code == 401, f"answers {again.status_code} to the credential {wrong[:12]!r}"

    wrong = findings(house, "everything", restricted=False, looked_at=without_credential)
    assert not wrong, "\n".join(wrong)
    assert len(proven) > 25


def test_nobody_reads_or_changes_what_belongs_to_others(house: House) -> None:
    """S2-30, S4-13: by a data scientist who was given nothing, with the addresses of what is there."""
    secrets = house.secrets()

    def nothing_of_others(case: Any, response: Any) -> None:
        if case.operation.path.startswith(("/api/v1/models/{name}", "/api/v1/datasets/{name}")):
            assert response.status_code >= 400, f"answers {response.status_code}"
        text = response.content.decode(errors="replace")
        assert not [secret for secret in secrets if secret in text], "the answer holds what belongs to somebody else"

    wrong = findings(house, "outsider", restricted=True, looked_at=nothing_of_others)
    assert not wrong, "\n".join(wrong)


def test_no_call_of_mlflow_fails(house: House) -> None:
    """S2-30: one generated request for each, by somebody with every role; 501 is an answer that its client asks for."""
    house.credential = house.keys["everything"]
    failed: list[str] = []
    for operation in operations(house):
        if not operation.path.startswith(MLFLOW):
            continue

        def run(case: Any) -> None:
            status = case.call().status_code
            if status >= 500 and status != 501:
                failed.append(f"{case.operation.label} answers {status}")

        each(operation, GenerationMode.POSITIVE, EXAMPLES // 2, house.known(operation.path, restricted=False), run)
    assert failed == []
