"""Why the token of a job is not exchanged."""

from typing import Any, ClassVar

from modelops.lib.errors import Invalid, NotAllowed


class ExchangeRefused(Invalid):
    """One answer for every fault of a job's token; the ledger has the reason. RFC 8693, section 2.2.2."""

    code = "workload.token_refused"
    recorded = True
    members: ClassVar[dict[str, Any]] = {"error": "invalid_request"}

    def __init__(self) -> None:
        super().__init__(
            "This token is not exchanged: its issuer, signature, audience, time or claims do not fit any rule of this "
            "portal, or it was exchanged before. Ask the security administrator for the reason, with the request id."
        )


class AmbiguousExchange(Invalid):
    """Several rules fit; the caller has to choose."""

    code = "workload.ambiguous"
    field = "audience"
    members: ClassVar[dict[str, Any]] = {"error": "invalid_target"}

    def __init__(self) -> None:
        super().__init__(
            "Several rules fit this job. Name the service account that it is to act as in the field audience.",
            field="audience",
        )


class ScopeRefused(NotAllowed):
    """More was asked for than the rule gives."""

    status = 400
    code = "workload.scope_refused"
    members: ClassVar[dict[str, Any]] = {"error": "invalid_scope"}

    def __init__(self, scope: str) -> None:
        super().__init__(
            f"The rule does not give {scope[:100]!r}. Leave the field scope out, or ask for less.", field="scope"
        )
