"""The sealer at work: one thread numbers rows, the other signs and brings checkpoints to their anchors.

They are apart because anchors lie behind networks: a receiver that hangs must not keep rows waiting.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from django.db import DatabaseError, InterfaceError, connection, transaction

from modelops.lib.errors import DomainError

from ..ledger import record
from .anchoring import SEALER, deliver
from .anchors import Anchor, AnchorFailed
from .audit_events import CHECKPOINT_REFUSED, CHECKPOINT_RESUMED
from .beating import beat
from .checkpoints import EVERY_S, Waiting, examine, finish_rollover, is_due, sign_checkpoint
from .heads import CheckpointRefused
from .models import SealerState
from .sequencing import TreeBroken, seal_round
from .signing_keys import KeyFileRefused
from .sizes import sealed_size

logger = logging.getLogger(__name__)

POLL_S = 0.5
# While rows keep coming.
BUSY_POLL_S = 0.25
BEAT_S = 5.0
RETRY_S = 10.0
_Standing = SealerState.Standing


class Sealer:
    """Works until `stop` is set. Whatever fails is tried again: rows wait in the ledger and nothing is lost."""

    def __init__(self, anchors: Sequence[Anchor], key_file: Path) -> None:
        self.anchors = anchors
        self.key_file = key_file
        self.stop = threading.Event()
        self._examined = threading.Event()
        # What keeps checkpoints from being signed: the tree is not what was anchored (rows wait too) …
        self._refusal: DomainError | None = None
        # … or there is no key, or no anchor answers (rows go on getting numbers).
        self._problem: DomainError | None = None
        self._next_look = 0.0
        self._next_examination = 0.0
        self._next_beat = 0.0
        self._said: tuple[str, str] | None = None

    def run(self) -> bool:
        """Seal until told to stop; False when a part of it ended by itself."""
        signer = threading.Thread(target=self._repeat, args=(self.sign_step,), name="signer", daemon=True)
        signer.start()
        while not self._examined.is_set() and signer.is_alive() and not self.stop.wait(0.05):
            pass
        self._repeat(self.seal_step, while_alive=signer)
        was_asked = self.stop.is_set()
        self.stop.set()
        signer.join(10)
        if was_asked:
            self._finish()
        return was_asked

    def _finish(self) -> None:
        """What was committed until now still gets its numbers; the next start signs."""
        try:
            if self._refusal is None:
                seal_round()
        except (DatabaseError, TreeBroken) as problem:
            logger.warning("The last rows wait for the next start (%s).", type(problem).__name__)
        finally:
            connection.close()

    def _repeat(self, step: Callable[[], float], while_alive: threading.Thread | None = None) -> None:
        """Repeat a step, which says for how long to pause after it; an unreachable database is waited for."""
        try:
            while not self.stop.is_set() and (while_alive is None or while_alive.is_alive()):
                try:
                    pause_s = step()
                except (DatabaseError, InterfaceError) as error:
                    logger.warning("The sealer cannot use the database (%s); it tries again.", type(error).__name__)
                    connection.close()
                    pause_s = 1.0
                self.stop.wait(pause_s)
        finally:
            connection.close()

    # --- rows ---------------------------------------------------------------------------------------------------------

    def seal_step(self) -> float:
        """Number what waits, unless the tree is not what was anchored; the pause until the next time."""
        pause_s = POLL_S
        if not isinstance(self._refusal, CheckpointRefused):
            try:
                done = seal_round()
            except TreeBroken as problem:
                self._refuse(problem)
                pause_s = RETRY_S
            else:
                if isinstance(self._refusal, TreeBroken):
                    self._resume()
                if done is not None and done.rows:
                    pause_s = 0.0 if done.has_more else BUSY_POLL_S
        self._beat()
        return pause_s

    # --- checkpoints --------------------------------------------------------------------------------------------------

    def sign_step(self) -> float:
        """Bring checkpoints to their anchors, sign the next when it is due; the pause until the next time."""
        deliver(self.anchors)
        now = time.monotonic()
        if now >= self._next_look:
            try:
                self._look()
            except CheckpointRefused as problem:
                self._refuse(problem)
                self._next_look = now + RETRY_S
            except (KeyFileRefused, AnchorFailed) as problem:
                if self._problem is None or self._problem.code != problem.code:
                    logger.error("No checkpoint is signed: %s", problem)
                self._problem = problem
                self._next_look = now + (RETRY_S if isinstance(problem, KeyFileRefused) else 1.0)
        self._examined.set()
        return 0.2

    def _look(self) -> None:
        """Sign when it is due, or look whether signing can go on. Raises what is against it."""
        if isinstance(self._refusal, TreeBroken):
            return
        has_obstacle = self._refusal is not None or self._problem is not None
        if has_obstacle or time.monotonic() >= self._next_examination:
            problem = examine(self.anchors, self.key_file)
            if problem is not None:
                raise problem
            if self._refusal is not None:
                self._resume()
            self._problem = None
            self._next_examination = time.monotonic() + EVERY_S
        if is_due():
            signed = sign_checkpoint(self.anchors, self.key_file)
            if isinstance(signed, Waiting):
                raise signed.problem
            deliver(self.anchors)
            finish_rollover(self.anchors, self.key_file)

    # --- around -------------------------------------------------------------------------------------------------------

    def _refuse(self, problem: TreeBroken | CheckpointRefused) -> None:
        is_news = self._refusal is None or self._refusal.code != problem.code
        self._refusal = problem
        if is_news:
            logger.critical("No checkpoint is signed: %s", problem)
            with transaction.atomic():
                record(
                    CHECKPOINT_REFUSED,
                    None,
                    actor=SEALER,
                    outcome="failure",
                    size=sealed_size(),
                    code=problem.code,
                    anchor=getattr(problem, "anchor", ""),
                    anchored_size=getattr(problem, "anchored_size", 0),
                )

    def _resume(self) -> None:
        with transaction.atomic():
            record(CHECKPOINT_RESUMED, None, actor=SEALER, size=sealed_size())
        self._refusal = None

    def _beat(self) -> None:
        refusal, problem = self._refusal, self._problem
        standing = _Standing.REFUSED if refusal else _Standing.UNSIGNED if problem else _Standing.WORKING
        against = refusal or problem
        code = against.code if against else ""
        if (standing, code) != self._said or time.monotonic() >= self._next_beat:
            beat(standing, code, str(against or ""), [anchor.name for anchor in self.anchors])
            self._said, self._next_beat = (standing, code), time.monotonic() + BEAT_S
