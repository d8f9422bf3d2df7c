"""What is signed: an in-toto statement over the names and digests of a model's files (OpenSSF Model Signing 1.0).

No Django in here, so that the check runs anywhere. The digest of the subject is the SHA-256 of all file digests, one
after the other, in the order of the names.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://model_signing/signature/v1.0"
_SHA256 = re.compile(r"[0-9a-f]{64}")
# What the reference implementation calls the one file of a model that is no folder.
ONLY_FILE = "."
MOST_RESOURCES = 100_000


class BadSignature(Exception):
    """The bundle does not prove what it should; the text says why, in a sentence."""


@dataclass(frozen=True)
class Statement:
    """A signed statement: SHA-256 by name of each file, and the paths that the signer left out on purpose."""

    name: str
    files: Mapping[str, str]
    ignored: tuple[str, ...]


def write_statement(name: str, files: Mapping[str, str]) -> bytes:
    """The statement over ``files`` (SHA-256 in hexadecimal digits by name), as it is signed."""
    resources = [{"name": path, "algorithm": "sha256", "digest": files[path]} for path in sorted(files)]
    statement = {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": name, "digest": {"sha256": _root(files[path] for path in sorted(files))}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "serialization": {"method": "files", "hash_type": "sha256", "allow_symlinks": False, "ignore_paths": []},
            "resources": resources,
        },
    }
    return json.dumps(statement, ensure_ascii=False, separators=(",", ":")).encode()


def read_statement(payload: bytes) -> Statement:
    """The statement of a payload whose signature was checked. Raises BadSignature."""
    try:
        said = json.loads(payload)
        if said["_type"] != STATEMENT_TYPE or said["predicateType"] != PREDICATE_TYPE:
            raise BadSignature("The signed statement is no model signature of version 1.0.")
        (subject,) = said["subject"]
        how = said["predicate"]["serialization"]
        resources = said["predicate"]["resources"]
        if how["method"] != "files" or not isinstance(resources, list) or len(resources) > MOST_RESOURCES:
            raise BadSignature("The signature is not over whole files; sign with the method 'files'.")
        files = _files(resources)
        if _root(resource["digest"] for resource in resources) != subject["digest"]["sha256"]:
            raise BadSignature("The digest of the signed statement is not that of the files it lists.")
        ignored = tuple(str(path).strip("/") for path in how.get("ignore_paths", []))
        return Statement(str(subject["name"]), files, ignored)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BadSignature("The signed statement cannot be read.") from None


def _files(resources: Iterable[Any]) -> dict[str, str]:
    files: dict[str, str] = {}
    for resource in resources:
        name, digest = resource["name"], resource["digest"]
        if resource["algorithm"] != "sha256" or not _SHA256.fullmatch(digest):
            raise BadSignature("The signature lists digests other than SHA-256; sign with hash type sha256.")
        if name in files:
            raise BadSignature("The signed statement lists a file twice.")
        files[name] = digest
    return files


def _root(digests: Iterable[str]) -> str:
    whole = hashlib.sha256()
    for digest in digests:
        whole.update(bytes.fromhex(digest))
    return whole.hexdigest()


def compare(statement: Statement, files: Mapping[str, str]) -> None:
    """Raise BadSignature unless the statement is about exactly these files. ``files``: SHA-256 by name."""
    signed = dict(statement.files)
    if set(signed) == {ONLY_FILE} and len(files) == 1:
        signed = {next(iter(files)): signed[ONLY_FILE]}
    for name, digest in files.items():
        if name not in signed:
            if _is_ignored(name, statement.ignored):
                continue
            raise BadSignature(f"The file {name!r} is not covered by the signature.")
        if signed[name] != digest:
            raise BadSignature(f"The signature is for other content of {name!r}.")
    missing = sorted(set(signed) - set(files))
    if missing:
        raise BadSignature(f"The signature covers {missing[0]!r}, which this version does not have.")


def _is_ignored(name: str, ignored: tuple[str, ...]) -> bool:
    return any(name == path or name.startswith(f"{path}/") for path in ignored if path)
