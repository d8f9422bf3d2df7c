"""The sealer: a process beside web, worker and beat, under an account of its own in production."""

import signal
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from compliance.audit import Actor
from compliance.audit.sealing.anchoring import deliver
from compliance.audit.sealing.anchors import Anchor, configured_anchors
from compliance.audit.sealing.checkpoints import Waiting, accept_break, finish_rollover, sign_checkpoint
from compliance.audit.sealing.reasons import BreakReason
from compliance.audit.sealing.sealer import Sealer
from compliance.audit.sealing.sequencing import seal_round
from compliance.audit.sealing.signing_keys import key_file
from modelops.lib.errors import DomainError


class Command(BaseCommand):
    help = "Seals the audit log: numbers its rows, keeps the tree, signs checkpoints and anchors them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="seal what is there, sign it and end")
        parser.add_argument(
            "--accept-break",
            choices=BreakReason.values,
            help="go on although the log does not continue what is anchored, as after a restore from an old backup",
        )

    def handle(self, **options: Any) -> None:
        try:
            anchors = configured_anchors()
            if options["accept_break"]:
                self._accept(anchors, BreakReason(options["accept_break"]))
            elif options["once"]:
                self._once(anchors)
            else:
                self._run(Sealer(anchors, key_file()))
        except (DomainError, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from None

    def _run(self, sealer: Sealer) -> None:
        def ask_to_stop(number: int, frame: object) -> None:
            sealer.stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, ask_to_stop)
        self.stdout.write(f"Sealing; anchors: {', '.join(anchor.name for anchor in sealer.anchors)}")
        if not sealer.run():
            raise CommandError("The sealer ended although nobody asked it to.")

    def _once(self, anchors: list[Anchor]) -> None:
        size = self._seal_all()
        signed = sign_checkpoint(anchors, key_file())
        if isinstance(signed, Waiting):
            raise signed.problem
        arrived = deliver(anchors)
        finish_rollover(anchors, key_file())
        self.stdout.write(f"{size} rows are sealed; the checkpoint has reached {arrived} of {len(anchors)} anchors.")

    def _accept(self, anchors: list[Anchor], reason: BreakReason) -> None:
        actor = Actor.system("command")
        signed = accept_break(anchors, key_file(), reason, actor=actor)
        arrived = deliver(anchors)
        self.stdout.write(f"Went on from {signed.size} rows; the checkpoint has reached {arrived} anchors.")

    def _seal_all(self) -> int:
        while True:
            done = seal_round()
            if done is None:
                raise CommandError("Another sealer is at work; it seals and signs by itself.")
            if not done.has_more:
                return done.size
