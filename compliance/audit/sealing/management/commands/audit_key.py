"""The key that signs checkpoints. Run it as the account that the sealer runs as."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from compliance.audit import Actor
from compliance.audit.sealing.models import CheckpointKey
from compliance.audit.sealing.note import PublicKey
from compliance.audit.sealing.reasons import KeyReason
from compliance.audit.sealing.signing_keys import create_key, key_file, rotate_key
from modelops.lib.errors import DomainError

ACTOR = Actor.system("command")


class Command(BaseCommand):
    help = "Makes, rotates or shows the key that signs checkpoints of the audit log."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parts = parser.add_subparsers(dest="what", required=True)
        create = parts.add_parser("create", help="make the first key")
        create.add_argument("--unless-there", action="store_true", help="do nothing when this log has a key already")
        rotate = parts.add_parser("rotate", help="make a new key; the next checkpoint is signed by both")
        rotate.add_argument("--reason", choices=KeyReason.values, default=KeyReason.SCHEDULE.value)
        rotate.add_argument("--lost", action="store_true", help="the old private key is gone and cannot sign any more")
        parts.add_parser("show", help="print the public keys that checkpoints are checked with")

    def handle(self, **options: Any) -> None:
        try:
            if options["what"] == "create":
                self._create(unless_there=options["unless_there"])
            elif options["what"] == "rotate":
                key = rotate_key(key_file(), KeyReason(options["reason"]), is_lost=options["lost"], actor=ACTOR)
                self.stdout.write(f"Announced: {key.text}\nThe next checkpoint is signed by both keys.")
            else:
                for row in CheckpointKey.objects.all():
                    self.stdout.write(PublicKey(row.name, bytes(row.public_key)).text)
        except DomainError as error:
            raise CommandError(str(error)) from None

    def _create(self, *, unless_there: bool) -> None:
        path = key_file()
        if unless_there and (path.exists() or CheckpointKey.objects.exists()):
            if not path.exists():
                self.stdout.write(f"The key {path} that signs the audit log's checkpoints is missing; none is made.")
            return
        key = create_key(path, actor=ACTOR)
        self.stdout.write(f"Made a key that signs the audit log's checkpoints: {path}. Its public half: {key.text}")
