"""Finds what is wrong with an installation."""

from django.core.management.base import BaseCommand, CommandError

from modelops.doctor import examine, facts


class Command(BaseCommand):
    help = "Prints each problem of this installation with its remedy; exit code 0 when there is none."
    # The checks are part of what is examined, one by one.
    requires_system_checks = []

    def handle(self, **options: object) -> None:
        problems = list(examine())
        for problem in problems:
            self.stdout.write(f"- {problem.found}\n  {problem.remedy}")
        for line in facts():
            self.stdout.write(line)
        if problems:
            raise CommandError(f"{len(problems)} problem{'s' if len(problems) > 1 else ''} found.")
        self.stdout.write("No problems found.")
