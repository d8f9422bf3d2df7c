"""Makes an account: an invitation for a person, or a service account."""

import sys
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.roles import ROLES
from accounts.services import ensure_ready_account, invite, invite_again, make_service_account
from compliance.audit import Actor
from modelops.lib.errors import DomainError

ACTOR = Actor.system("command line")


class Command(BaseCommand):
    help = (
        "Makes an account and prints its invitation link. With --password-stdin --totp (development only) the account "
        "is ready at once and the otpauth URI of its authenticator is printed, this once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name, role, and how the account begins."""
        parser.add_argument("name")
        parser.add_argument("--role", required=True, choices=list(ROLES), metavar="ROLE", help=", ".join(ROLES))
        parser.add_argument("--email", default="", help="the invitation is mailed there as well")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
        parser.add_argument("--totp", action="store_true", help="enrol an authenticator and print its otpauth URI")

    def handle(self, *, name: str, role: str, email: str, password_stdin: bool, totp: bool, **options: object) -> None:
        """Make the account and print the one thing that its owner needs."""
        if password_stdin != totp:
            raise CommandError("--password-stdin and --totp go together: an account is ready with both factors only.")
        try:
            if password_stdin:
                password = sys.stdin.readline().rstrip("\r\n")
                _, uri = ensure_ready_account(name, role, password=password, actor=ACTOR)
                self.stdout.write(uri)
            elif ROLES[role].service:
                make_service_account(name, role, actor=ACTOR)
                self.stderr.write(f"The service account {name} is made. Give it a key: manage.py create_api_key {name}")
            else:
                self.stdout.write(self._invite(name, role, email))
        except DomainError as error:
            raise CommandError(str(error)) from None

    def _invite(self, name: str, role: str, email: str) -> str:
        present = User.objects.filter(username=name).first()
        if present is not None and present.role == role and not present.has_usable_password():
            return invite_again(present, actor=ACTOR)[1]
        return invite(name, role, email=email, actor=ACTOR)[1]
