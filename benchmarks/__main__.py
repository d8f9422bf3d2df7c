"""``python -m benchmarks [NAME …] [--quick] [--json FILE]``: run some or all, print tables, keep JSON if asked."""

import argparse
import json
import platform
import sys
from pathlib import Path

from modelops.lib.cores import cores

from . import (
    alerts,
    columns,
    credentials,
    drift,
    drift_cold,
    drift_wide,
    evidence,
    ingest,
    ledger,
    ledger_search,
    ledger_verify,
    live_at,
    mlflow,
    mlflow_tracking,
    posture,
    quality,
    quality_cold,
    quality_live,
    registry,
    rotation,
    scanning,
    sealing,
    sessions,
    sign_in,
    subjects,
    transfer,
)
from .table import Table

ALL = {
    "alerts": alerts.measure,
    "sealing": sealing.measure,
    "rotation": rotation.measure,
    "scanning": scanning.measure,
    "columns": columns.measure,
    "drift": drift.measure,
    "drift_cold": drift_cold.measure,
    "drift_concept": drift.measure_concept,
    "drift_report": drift.measure_report,
    "drift_wide": drift_wide.measure,
    "ingest": ingest.measure,
    "quality": quality.measure,
    "quality_cold": quality_cold.measure,
    "quality_live": quality_live.measure,
    "ledger": ledger.measure,
    "ledger_verify": ledger_verify.measure,
    "ledger_search": ledger_search.measure,
    "sessions": sessions.measure,
    "sign_in": sign_in.measure,
    "credentials": credentials.measure,
    "evidence": evidence.measure,
    "live_at": live_at.measure,
    "posture": posture.measure,
    "registry": registry.measure,
    "mlflow": mlflow.measure,
    "mlflow_tracking": mlflow_tracking.measure,
    "subjects": subjects.measure,
    "transfer": transfer.measure,  # last: it adds files to the database that the others count
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(ALL)}; all without a name")
    parser.add_argument("--quick", action="store_true", help="small inputs: shows that it runs, not how fast it is")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    parser.add_argument("--size", type=float, metavar="GIB", help="size of the file that `sealing` takes; 2 without")
    parser.add_argument("--rows", type=int, help="rows of the ledger that `ledger_search` asks; 10 million without")
    asked = parser.parse_args()
    unknown = sorted(set(asked.names) - set(ALL))
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(ALL)}")
    print(f"Python {platform.python_version()}, {platform.machine()}, {cores()} cores")
    tables: list[Table] = []
    for name in asked.names or ALL:
        more = {"size_gib": asked.size} if asked.size and name == "sealing" else {}
        if asked.rows and name == "ledger_search":
            more = {"rows": asked.rows}
        table = ALL[name](quick=asked.quick, **more)
        tables.append(table)
        print(table)
    if asked.json:
        asked.json.write_text(json.dumps([table.as_dict() for table in tables], indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
