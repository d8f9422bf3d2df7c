"""Prints the configuration without its secrets."""

from django.core.management.base import BaseCommand

from modelops.configuration import export


class Command(BaseCommand):
    help = "Prints the configuration as JSON: named settings with their values, secrets only as set or not set."
    # It is most needed where a check fails.
    requires_system_checks = []

    def handle(self, **options: object) -> None:
        self.stdout.write(export(), ending="")
