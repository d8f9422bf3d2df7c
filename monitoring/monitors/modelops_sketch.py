#!/usr/bin/env python3
"""Sketches of columns for a drift monitor of the portal: what leaves your pipeline are counts, no row and no value.

    export PORTAL_API_KEY=…
    python modelops_sketch.py bins   --portal https://portal.example.org --monitor ID -o bins.json
    python modelops_sketch.py count  --bins bins.json monday-1.csv monday-2.csv -o one.json
    python modelops_sketch.py merge  one.json two.json -o monday.json
    python modelops_sketch.py push   --portal https://portal.example.org --model churn --version 3 \\
                                     --batch-id monday monday.json

`count` reads CSV with a head line (.csv) and JSON Lines (.jsonl); counts of several workers are merged by adding them.
A sketch file on your disk holds exact counts and stays with you: `push` tells no count of 1 to 19; neighbouring bins
are joined until each holds twenty. In a program:

    sketch = Sketch(bins)
    sketch.add("amount", [12.5, None, 7])       # column by column, as often as you like
    sketch.rows += 3
    push(portal, key, "churn", 3, "monday", sketch)

Python 3.9 or newer, nothing else.
"""

import argparse
import contextlib
import csv
import json
import math
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from bisect import bisect_left
from pathlib import Path

FEWEST = 20
MISSING = ("", "NA", "NaN", "nan", "null", "NULL", "None")


class Problem(Exception):
    """What went wrong, in words."""


class Sketch:
    """Counts of columns in the bins that the monitor publishes."""

    def __init__(self, bins):
        self.bins = bins
        self.rows = 0
        self.columns = {}
        for name, about in bins["columns"].items():
            if "edges" in about:
                self.columns[name] = {"counts": [0] * (len(about["edges"]) + 1), "missing": 0}
            else:
                self.columns[name] = {"categories": dict.fromkeys(about["categories"], 0), "other": 0, "missing": 0}

    def add(self, name, values):
        """Count values of one column; a column that the monitor does not publish is left out."""
        if name not in self.columns:
            return
        counted, about = self.columns[name], self.bins["columns"][name]
        if "edges" in about:
            edges, counts = about["edges"], counted["counts"]
            for value in values:
                if value is None or value != value or value in (math.inf, -math.inf):
                    counted["missing"] += 1
                else:
                    counts[bisect_left(edges, value)] += 1
            return
        known = counted["categories"]
        for value in values:
            if value is None or value != value:
                counted["missing"] += 1
                continue
            word = ("true" if value else "false") if isinstance(value, bool) else str(value)
            if word in known:
                known[word] += 1
            else:
                counted["other"] += 1

    def add_rows(self, rows):
        """Count rows, each a mapping from column to value; what a row lacks is missing. Texts are read as numbers."""
        held = {name: [] for name in self.columns}
        numbers = {name for name, about in self.bins["columns"].items() if "edges" in about}
        for row in rows:
            self.rows += 1
            for name, column in held.items():
                value = row.get(name)
                column.append(_number(name, value) if name in numbers else _word(value))
            if self.rows % 10_000 == 0:
                self._flush(held)
        self._flush(held)

    def _flush(self, held):
        for name, column in held.items():
            self.add(name, column)
            column.clear()

    def merge(self, other):
        """Add what another sketch in the same bins has counted."""
        if other.bins["profile"] != self.bins["profile"]:
            raise Problem("The sketches were counted in different bins. Fetch the bins anew and count again.")
        self.rows += other.rows
        for name, theirs in other.columns.items():
            ours = self.columns[name]
            ours["missing"] += theirs["missing"]
            if "counts" in ours:
                ours["counts"] = [one + two for one, two in zip(ours["counts"], theirs["counts"])]  # noqa: B905  Python 3.9
            else:
                ours["other"] += theirs["other"]
                for word, count in theirs["categories"].items():
                    ours["categories"][word] += count

    def told(self):
        """What is pushed: no count of 1 to 19. A bin that is told with the next one is null."""
        columns = {}
        for name, counted in self.columns.items():
            if "counts" in counted:
                columns[name] = {"counts": _joined(counted["counts"]), "missing": counted["missing"]}
            else:
                columns[name] = _pooled(counted)
        return {"monitor": self.bins["monitor"], "profile": self.bins["profile"], "rows": self.rows, "columns": columns}

    def save(self, path):
        """Write the exact counts; the file is for the pipeline alone."""
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump({"bins": self.bins, "rows": self.rows, "columns": self.columns}, file)

    @classmethod
    def load(cls, path):
        """A sketch that was saved."""
        said = read_json(path)
        if not isinstance(said, dict) or not {"bins", "rows", "columns"} <= said.keys():
            raise Problem(f"{path} is no sketch. `count` and `merge` write sketches.")
        sketch = cls(said["bins"])
        sketch.rows, sketch.columns = said["rows"], said["columns"]
        return sketch


def _joined(counts):
    """The counts with null where a bin is told with the next; None where all hold fewer than twenty values."""
    if sum(counts) < FEWEST:
        return None
    told, held, last = [], 0, None
    for place, count in enumerate(counts):
        held += count
        if held == 0 or held >= FEWEST:
            told.append(held)
            if held:
                last = place
            held = 0
        else:
            told.append(None)
    if held:  # too few at the end: they are told with the last bins that are enough
        total = told[last] + held
        for place in range(last, len(told)):
            told[place] = None
        told[-1] = total
    return told


def _pooled(counted):
    told = {word: count for word, count in counted["categories"].items() if count == 0 or count >= FEWEST}
    other = sum(counted["categories"].values()) - sum(told.values()) + counted["other"]
    if 0 < other < FEWEST:
        enough = [word for word, count in told.items() if count]
        if not enough:
            return {"categories": None, "other": 0, "missing": counted["missing"]}
        other += told.pop(min(enough, key=lambda word: (told[word], word)))
    return {"categories": told, "other": other, "missing": counted["missing"]}


def _number(name, value):
    if not isinstance(value, str):
        return float(value) if isinstance(value, bool) else value
    text = value.strip()
    if text in MISSING:
        return None
    try:
        return int(text) if text.lstrip("+-").isdigit() else float(text)
    except ValueError:
        raise Problem(f"The column {name!r} holds {text[:40]!r}, which is no number.") from None


def _word(value):
    return None if isinstance(value, str) and value == "" else value


def read_json(path):
    """What a file of JSON says."""
    with Path(path).open(encoding="utf-8") as file:
        try:
            return json.load(file)
        except ValueError as fault:
            raise Problem(f"{path} is not JSON: {fault}.") from None


def rows_of(path):
    """The rows of a file of separated values or of JSON Lines."""
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        if path.endswith((".jsonl", ".ndjson")):
            yield from (json.loads(line) for line in file if line.strip())
        else:
            yield from csv.DictReader(file)


def asked(address, key, body=None):
    """One request to the portal; its answer in JSON."""
    if urllib.parse.urlsplit(address).scheme not in ("http", "https"):
        raise Problem(f"{address} is no address of a portal: https://… is needed.")
    headers = {"Authorization": f"Bearer {key}", "Accept": "application/json"}
    data = None
    if body is not None:
        data, headers["Content-Type"] = json.dumps(body, separators=(",", ":")).encode(), "application/json"
    request = urllib.request.Request(address, data, headers)  # noqa: S310  the scheme was looked at above
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
            return json.load(answer)
    except urllib.error.HTTPError as refusal:
        said = refusal.read().decode("utf-8", "replace")
        with contextlib.suppress(ValueError, AttributeError):
            said = json.loads(said).get("detail", said)
        raise Problem(f"The portal answered {refusal.code}: {said[:500]}") from None
    except urllib.error.URLError as fault:
        raise Problem(f"{address} cannot be reached: {fault.reason}") from None


def bins_of(portal, key, monitor):
    """The bins that a monitor publishes."""
    return asked(f"{portal.rstrip('/')}/api/v1/monitors/{urllib.parse.quote(monitor)}/sketch/", key)


def push(portal, key, model, version, batch_id, sketch):
    """Send a sketch; the answer names the drift run. The same batch sent again changes nothing."""
    body = {"model": model, "version": version, "batch_id": batch_id, "sketch": sketch.told()}
    return asked(f"{portal.rstrip('/')}/api/v1/predictions/", key, body)


def main(arguments=None):
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    parts = {name: commands.add_parser(name) for name in ("bins", "count", "merge", "push")}
    for name in ("bins", "push"):
        parts[name].add_argument("--portal", required=True)
    parts["bins"].add_argument("--monitor", required=True)
    parts["count"].add_argument("--bins", required=True)
    parts["push"].add_argument("--model", required=True)
    parts["push"].add_argument("--version", type=int, required=True)
    parts["push"].add_argument("--batch-id", required=True)
    for name in ("bins", "count", "merge"):
        parts[name].add_argument("-o", "--output", required=True)
    parts["count"].add_argument("files", nargs="+")
    parts["merge"].add_argument("files", nargs="+")
    parts["push"].add_argument("file")
    given = parser.parse_args(arguments)
    key = os.environ.get("PORTAL_API_KEY", "")
    if given.command in ("bins", "push") and not key:
        raise Problem("PORTAL_API_KEY is not set; it holds the key that calls the portal.")
    if given.command == "bins":
        with Path(given.output).open("w", encoding="utf-8") as file:
            json.dump(bins_of(given.portal, key, given.monitor), file)
    elif given.command == "count":
        sketch = Sketch(read_json(given.bins))
        for path in given.files:
            sketch.add_rows(rows_of(path))
        sketch.save(given.output)
    elif given.command == "merge":
        whole = Sketch.load(given.files[0])
        for path in given.files[1:]:
            whole.merge(Sketch.load(path))
        whole.save(given.output)
    else:
        sketch = Sketch.load(given.file)
        answer = push(given.portal, key, given.model, given.version, given.batch_id, sketch)
        sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    try:
        main()
    except (Problem, OSError) as problem:
        sys.exit(str(problem))
