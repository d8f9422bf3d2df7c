"""The whole verification."""

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import chain
from typing import Final

from django.db import connection

from ..sealing.models import Anchoring, AnchoringState
from ..sealing.note import PublicKey
from ..sealing.sizes import sealed_rows
from ..sealing.tiles import WIDTH, StoredTree
from ..sealing.tree import Frontier, frontier_at
from . import purged, rows
from .claims import Claim, anchored_claims, database_claims, known_keys
from .clock import clock_findings
from .tree_walk import Walk, walk
from .verdict import Finding, Kind, Verdict, most_telling

# What the frequent look hashes anew: the newest rows. The full one takes all.
RECENT_ROWS: Final = 20_000


def verify(
    *,
    full: bool = True,
    anchors: Mapping[str, Iterable[str]] | None = None,
    keys: Iterable[PublicKey] = (),
    at_once: int = 2,
) -> Verdict:
    """Look at the ledger as it stands. ``anchors`` gives each anchor's notes in its order.

    ``keys`` are public keys from outside the database, which a thief of the database cannot exchange; without any the
    ones in it are taken, and anchored notes tell when those were exchanged. ``full=False`` looks at the newest rows
    and at every signed head above them. At ``at_once=1`` all is read through the caller's own connection.
    """
    begun = time.perf_counter()
    verdict = Verdict(started_at=datetime.now(UTC), is_full=full)
    size = verdict.size = sealed_rows()
    start = _start(size, full)
    first, above = (start.size, start.size) if start else (0, -1)
    believed = known_keys(keys)
    claims = list(database_claims(believed, verdict.findings, above=above))
    verdict.checkpoints = len(claims)
    for name, notes in (anchors or {}).items():
        verdict.anchors.append(name)
        anchored = anchored_claims(name, notes, believed, verdict.findings, above=above)
        verdict.anchored_size = max([verdict.anchored_size, *(claim.size for claim in anchored)])
        claims += anchored
    if not verdict.anchored_size and Anchoring.objects.filter(state=AnchoringState.DONE).exists():
        verdict.findings.append(Finding("anchor.absent", "No anchor can be read from here; only the sealer compares."))
    claims += purged.claims(believed, verdict.findings, above=above)
    sizes = {claim.size: None for claim in claims}
    if at_once == 1:
        walked, altered = walk(size, sizes, start=start), rows.altered_rows(first, size, at_once=1)
    else:
        # The tree is hashed here and the rows by PostgreSQL: beside each other they keep every processor busy.
        with ThreadPoolExecutor(max_workers=1) as beside:
            looking = beside.submit(rows.altered_rows, first, size, at_once=at_once)
            walked = walk(size, sizes, start=start)
            altered = looking.result()
    verdict.root = walked.root
    verdict.findings += altered
    verdict.purged = purged.leaves(first, size)
    verdict.rows = size - first - verdict.purged
    verdict.findings += chain(walked.findings, _claims_against(walked, claims, size, first))
    verdict.findings += purged.findings(counted=full)
    verdict.findings += rows.unsealed_rows() + clock_findings(first, size, each_row=not full or size <= RECENT_ROWS)
    verdict.findings = most_telling(verdict.findings)
    verdict.duration_s = time.perf_counter() - begun
    return verdict


def _start(size: int, full: bool) -> Frontier | None:
    """Where the walk begins: at a whole tile below the newest rows, from the stored tiles; None for the beginning."""
    tiles = max(0, size - RECENT_ROWS) // WIDTH
    if full or not tiles:
        return None
    try:
        with connection.cursor() as cursor:
            return frontier_at(tiles * WIDTH, StoredTree(cursor))
    except LookupError:
        return None  # the stored tree has gaps: a walk from the beginning names them


def _claims_against(walked: Walk, claims: list[Claim], size: int, first: int) -> Iterable[Finding]:
    """Signed heads that the tree does not have. The first bad row lies behind the last head that it still has."""
    sound = max((claim.size for claim in claims if walked.roots.get(claim.size) == claim.root), default=first)
    broken = sorted(
        (
            claim
            for claim in claims
            if claim.size > size or (claim.size in walked.roots and walked.roots[claim.size] != claim.root)
        ),
        key=lambda claim: claim.size,
    )
    seen: set[tuple[str, bool]] = set()
    for claim in broken:
        is_ahead = claim.size > size
        if (claim.source, is_ahead) in seen:
            continue
        seen.add((claim.source, is_ahead))
        yield _broken(claim, size, min(sound, claim.size - 1) if not is_ahead else size)


def _broken(claim: Claim, size: int, first_bad: int) -> Finding:
    if claim.size > size:
        says = f"{claim.source} has a signed head of {claim.size} rows; the ledger has {size}: the newest were removed."
        return Finding("anchor.ahead", _capital(says), first_bad)
    last = f"one of the rows {first_bad} to {claim.size - 1} is not what was signed"
    kind: Kind = "checkpoint.root" if claim.source == "the database" else "anchor.fork"
    says = _capital(f"{claim.source} has another root for {claim.size} rows: {last}.")
    return Finding(kind, says, first_bad, until=claim.size)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
