"""``python -m compliance.subjects.rehearsal.rehearse DAYS``: the process that has the restored database.

It answers one JSON object. Stored files are out of its reach: the rows of the copy name files of the real portal.
"""

import json
import sys
from datetime import timedelta
from typing import Any


def main() -> int:
    """Erase everybody again whom the ledger of erasures names, and say who is still found."""
    import django

    django.setup()
    from compliance.audit import Actor
    from compliance.escrow.drill.opening import require_recent, require_this_release
    from compliance.subjects.erasure.rehearsing import rehearsal
    from compliance.subjects.erasure.replaying import replay
    from modelops.lib.errors import DomainError

    answer: dict[str, Any] = {"said": []}
    try:
        require_this_release()
        require_recent(answer, timedelta(days=int(sys.argv[1])))
        with rehearsal():
            outcome = replay(actor=Actor.system("restore-drill"))
        answer |= {"erasures": outcome.erasures, "rows": outcome.rows, "found": outcome.found}
        answer["said"].append(f"{outcome.erasures} erasures done again, {outcome.rows} rows taken out")
        if outcome.found:
            answer |= {
                "code": "drill.somebody_found",
                "message": f"{len(outcome.found)} places of the restored database still lead to somebody who was "
                "erased. See each line above, and do not restore this dump before it is mended.",
            }
        else:
            answer["said"].append("nobody who was erased is found")
    except DomainError as error:
        answer |= {"code": error.code, "message": str(error)}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
