"""Taking over a server of MLflow on the command line."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.actors import actor_of
from accounts.models import User
from modelops.lib.claims import claimed
from modelops.lib.errors import DomainError
from registry.mlflow.importing.memory import Memory
from registry.mlflow.importing.registering import RegistryImport
from registry.mlflow.importing.report import Report
from registry.mlflow.importing.runs import RunImport
from registry.mlflow.importing.source import Source

_NEEDED = (
    "tracking.add_experiment",
    "tracking.add_run",
    "tracking.change_run",
    "tracking.add_loggedmodel",
    "registry.add_registeredmodel",
    "registry.add_modelversion",
)


class Command(BaseCommand):
    help = "Imports experiments, runs, models, versions and aliases, with their files, from a server of MLflow."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("uri", metavar="URI", help="tracking URI of the server: https://mlflow.example:5000")
        parser.add_argument("--as", dest="username", required=True, help="account here that the import acts as")
        parser.add_argument(
            "--token-stdin", action="store_true", help="read the token, or the password, from the input"
        )
        parser.add_argument("--user", default="", help="name for servers that ask for name and password")
        parser.add_argument("--experiment", action="append", default=[], help="only this one; may be repeated")
        parser.add_argument("--model", action="append", default=[], help="only this one; may be repeated")
        parser.add_argument("--wait", type=float, default=600, help="seconds to wait for the scanner's last verdicts")
        parser.add_argument("--json", action="store_true", help="print the report as JSON; progress goes to stderr")

    def handle(self, *, uri: str, username: str, **options: Any) -> None:
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active account {username!r}.")
        if missing := [permission for permission in _NEEDED if not user.has_perm(permission)]:
            raise CommandError(f"The account {username!r} may not do this. It lacks {', '.join(missing)}.")
        token = sys.stdin.readline().strip() if options["token_stdin"] else ""
        actor = actor_of(user)
        say = (lambda line: self.stderr.write(line)) if options["json"] else (lambda line: self.stdout.write(line))
        report: Report | None = None
        try:
            # Two at once would each miss what the other has just begun.
            with Source(uri, token=token, user=options["user"]) as source, claimed("import", source.name) as is_alone:
                if not is_alone:
                    raise CommandError(
                        f"Another import from {source.name} is under way. Run this one when it has ended."
                    )
                report, memory = Report(source.name, say), Memory(source.name)
                RunImport(source, memory, report, user=user, actor=actor).all(frozenset(options["experiment"]))
                registering = RegistryImport(source, memory, report, user=user, actor=actor, wait_s=options["wait"])
                registering.all(frozenset(options["model"]))
        except DomainError as error:
            if report is not None:
                self.stderr.write(report.as_text())
            raise CommandError(f"{error} ({error.code})") from None
        self.stdout.write(json.dumps(report.as_dict(), indent=2) if options["json"] else report.as_text())
