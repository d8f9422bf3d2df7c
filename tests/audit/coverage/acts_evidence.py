"""The call that gives out the evidence of a period."""

from .performing import Act

ACTS: dict[str, Act] = {
    "POST admin/evidence/pack/": Act("officer", "evidence.pack", {"since": "2026-01-01", "until": "2026-04-01"}),
}
