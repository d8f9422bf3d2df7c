"""Which process of a run takes which test next."""

import os
from pathlib import Path
from typing import Any

from xdist.scheduler import LoadGroupScheduling

# Names a file. The processes that run tests write into it how many of the first ones use the live portal; the one
# that hands them out collects nothing itself.
LIVE_TESTS = "PORTAL_TEST_LIVE_TESTS"


class Spread(LoadGroupScheduling):
    """Half of the processes begin with the tests of the live portal, the others with those that only compute.

    The former wait for servers and browsers a good part of their time. All at once they would leave the cores idle in
    the beginning, and the rest would crowd them afterwards. Who is through with his half helps with the other.
    """

    _live: frozenset[str] | None = None

    def _assign_work_unit(self, node: Any) -> None:
        if int(node.gateway.id.removeprefix("gw")) % 2:
            other = next((scope for scope in self.workqueue if scope not in self._live_tests()), None)
            if other is not None:
                self.workqueue.move_to_end(other, last=False)
        super()._assign_work_unit(node)

    def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:
        """Forget what is done: what is pending is counted after each test among all that a process was ever given."""
        super().mark_test_complete(node, item_index, duration)
        given = self.assigned_work[node]
        scope = self._split_scope(self.registered_collections[node][item_index])
        if all(given[scope].values()):
            del given[scope]

    def _live_tests(self) -> frozenset[str]:
        if self._live is None:
            count = int(Path(os.environ[LIVE_TESTS]).read_text(encoding="utf-8"))
            self._live = frozenset(self._split_scope(nodeid) for nodeid in (self.collection or [])[:count])
        return self._live
