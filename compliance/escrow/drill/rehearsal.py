"""``python -m compliance.escrow.drill.rehearsal``: a process of its own that has a restored database, a key backup on
its standard input, the stored files, and no root key. It answers one JSON object."""

import base64
import json
import sys
import uuid
from datetime import datetime, timedelta
from typing import Any


def main() -> int:
    """Open what the backup should open; 0 when everything did."""
    import django

    django.setup()
    from compliance.escrow.drill.opening import rehearse
    from modelops.crypto.escrow.backup_file import BackupKey
    from modelops.lib.errors import DomainError

    asked = json.load(sys.stdin)
    keys = {
        uuid.UUID(key["id"]): BackupKey(
            uuid.UUID(key["id"]), key["purpose"], key["version"], key["state"], base64.b64decode(key["material"])
        )
        for key in asked["keys"]
    }
    answer: dict[str, Any] = {"said": []}
    try:
        rehearse(
            keys,
            answer,
            backup_made_at=datetime.fromisoformat(asked["backup_made_at"]),
            max_age=timedelta(days=asked["max_age_days"]),
        )
    except DomainError as error:
        answer |= {"code": error.code, "message": str(error)}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
