"""Issues an API key and prints it, alone, on stdout."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.services import issue_api_key
from compliance.audit import Actor
from modelops.lib.errors import DomainError


class Command(BaseCommand):
    help = "Issues an API key for an account and prints it, alone, on stdout. It is shown this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The account, what the key may do, and for how long."""
        parser.add_argument("user", help="name of the account that the key acts for")
        parser.add_argument(
            "--scopes",
            default="all",
            help='permissions, parted by commas ("registry.view_modelversion", for one model '
            '"registry.view_modelversion:delay"), or "all"',
        )
        parser.add_argument("--networks", default="", help="where it works, parted by commas (192.0.2.0/24); anywhere")
        parser.add_argument("--days", type=int, default=90, help="valid for so many days, at most 365")
        parser.add_argument("--name", default="made on the command line", help="what the key is for")

    def handle(self, *, user: str, scopes: str, days: int, name: str, networks: str = "", **options: object) -> None:
        """Issue and print."""
        owner = User.objects.filter(username=user).first()
        if owner is None:
            raise CommandError(f"There is no account {user!r}. Make it with create_user.")
        names = [part.strip() for part in scopes.split(",") if part.strip()]
        places = [part.strip() for part in networks.split(",") if part.strip()]
        actor = Actor.system("command line")
        try:
            _, text = issue_api_key(owner, name=name, scopes=names, days=days, networks=places, actor=actor)
        except DomainError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(text)
