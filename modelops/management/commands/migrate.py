"""Django's own command, which builds fewer classes on its way."""

from typing import Any

from django.core.management.commands import migrate

from modelops.lib.migration_states import one_class_at_a_time


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> str | None:
        with one_class_at_a_time():
            return super().handle(*args, **options)
