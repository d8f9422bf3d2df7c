"""A SageMaker model package, as ``describe-model-package`` prints it, read into a record. No Django in here."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# What SageMaker says, and what that is called here. Source: SageMaker API reference, DescribeModelPackage.
APPROVALS = {"Approved": "approved", "Rejected": "rejected", "PendingManualApproval": "pending"}
_ARN = re.compile(
    r"arn:aws[a-z-]*:sagemaker:[a-z0-9-]{1,30}:[0-9]{12}:model-package/([A-Za-z0-9-]{1,63})(?:/([0-9]{1,9}))?"
)
# Actions that let somebody approve, with the wildcards of a policy.
_APPROVING = "sagemaker:updatemodelpackage"
_MOST_PRINCIPALS, _LONGEST_PRINCIPAL = 200, 300


class Malformed(ValueError):
    """What was sent is no model package; the text says what is wrong with it, in a sentence."""


@dataclass(frozen=True)
class Package:
    """What counts of a model package. ``approvers`` is None where no policy was given: unknown."""

    reference: str
    group: str
    number: int | None
    approval: str
    said_approval: str
    approvers: tuple[str, ...] | None


def read_package(package: Any, policy: Any = None) -> Package:
    """The package, and from the resource policy of its group who can approve. Raises Malformed."""
    if not isinstance(package, dict):
        raise Malformed("The model package is no JSON object.")
    reference, said = package.get("ModelPackageArn"), package.get("ModelApprovalStatus")
    found = _ARN.fullmatch(reference) if isinstance(reference, str) else None
    if found is None:
        raise Malformed("ModelPackageArn is missing or is no name of a SageMaker model package.")
    if said not in APPROVALS:
        raise Malformed(f"ModelApprovalStatus is {str(said)[:40]!r}; one of {', '.join(APPROVALS)} is expected.")
    number = package.get("ModelPackageVersion", found[2])
    if number is not None and not re.fullmatch("[0-9]{1,9}", str(number)):
        raise Malformed("ModelPackageVersion is no number.")
    group = package.get("ModelPackageGroupName") or found[1]
    return Package(
        reference=str(reference),
        group=str(group)[:200],
        number=None if number is None else int(number),
        approval=APPROVALS[said],
        said_approval=said,
        approvers=None if policy is None else tuple(_approvers(policy)),
    )


def _approvers(policy: Any) -> list[str]:
    """The principals whom a resource policy lets approve, less those whom it denies it."""
    if isinstance(policy, str):
        try:
            policy = json.loads(policy)
        except (ValueError, RecursionError):
            raise Malformed("The resource policy is no JSON.") from None
    statements = policy.get("Statement") if isinstance(policy, dict) else None
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list):
        raise Malformed("The resource policy has no Statement.")
    allowed: dict[str, None] = {}
    denied: set[str] = set()
    for one in statements:
        if not isinstance(one, dict) or not any(_covers(action) for action in _listed(one.get("Action"))):
            continue
        principals = list(_principals(one.get("Principal")))
        if one.get("Effect") == "Deny":
            denied.update(principals)
        elif one.get("Effect") == "Allow":
            allowed.update(dict.fromkeys(principals))
    left = [name for name in allowed if name not in denied and "*" not in denied]
    if len(left) > _MOST_PRINCIPALS:
        raise Malformed(f"The resource policy names more than {_MOST_PRINCIPALS} principals.")
    return left


def _covers(action: Any) -> bool:
    pattern = ".*".join(re.escape(part) for part in str(action)[:100].lower().split("*"))
    return re.fullmatch(pattern, _APPROVING) is not None


def _principals(said: Any) -> Iterator[str]:
    if isinstance(said, dict):
        for listed in said.values():
            yield from (str(name)[:_LONGEST_PRINCIPAL] for name in _listed(listed))
    elif isinstance(said, str):
        yield said[:_LONGEST_PRINCIPAL]


def _listed(said: Any) -> list[Any]:
    return said if isinstance(said, list) else [] if said is None else [said]
