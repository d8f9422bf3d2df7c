"""Check a bundle against files and a public key, without the portal's database."""

import hashlib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from registry.signing.bundle import Malformed, Untrusted, check_bundle, parse_bundle
from registry.signing.keys import UnusableKey, load_public_key
from registry.signing.statement import BadSignature


class Command(BaseCommand):
    """Exit code 0 only when the signature is by one of the keys and covers exactly these files."""

    help = "Check the signature of a model: BUNDLE is its bundle (model.sig), PATH the file or folder."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("bundle", type=Path)
        parser.add_argument("path", type=Path)
        parser.add_argument("--key", type=Path, action="append", required=True, help="A public key in PEM form.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            keys = [load_public_key(path.read_text()) for path in options["key"]]
            bundle = parse_bundle(options["bundle"].read_bytes())
            signer = check_bundle(bundle, keys, _digests(options["path"], options["bundle"]))
        except OSError as error:
            raise CommandError(f"{error.filename} cannot be read: {error.strerror}.") from None
        except (UnusableKey, Malformed, Untrusted, BadSignature) as fault:
            raise CommandError(str(fault)) from None
        self.stdout.write(f"Valid: signed by {signer.algorithm} {signer.fingerprint}.")


def _digests(root: Path, bundle: Path) -> dict[str, str]:
    if not root.is_dir():
        return {root.name: _sha256(root)}
    files = [path for path in sorted(root.rglob("*")) if path.is_file() and path.resolve() != bundle.resolve()]
    return {path.relative_to(root).as_posix(): _sha256(path) for path in files}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
