"""Makes a migrated database ready for its first user."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.services.invitations import invite_first_administrator
from modelops.crypto.errors import KeysUnavailable
from modelops.crypto.models import KeyVersion
from modelops.crypto.opening import SEALED_EXIT, sealed_line
from modelops.crypto.services import check_keys, create_first_keys
from modelops.lib.errors import DomainError


class Command(BaseCommand):
    help = "Makes the key ring's first keys and an invitation for the first administrator. Safe to repeat."

    def handle(self, **options: object) -> None:
        try:
            with transaction.atomic():
                made = create_first_keys()
                check_keys()  # a ring that was wrapped by another root key must not get a second life beside the first
            link = invite_first_administrator(settings.MODELOPS_BASE_URL)
        except KeysUnavailable as error:
            # Another exit code where a ring is there: the portal may start and say that it is sealed.
            is_set_up = KeyVersion.objects.exists()
            raise CommandError(
                sealed_line(error) if is_set_up else str(error), returncode=SEALED_EXIT if is_set_up else 1
            ) from None
        except DomainError as error:
            raise CommandError(str(error)) from None
        (settings.MODELOPS_HOME / "artifacts").mkdir(mode=0o700, parents=True, exist_ok=True)
        if made:
            self.stdout.write(f"Key ring: {len(made)} keys made, wrapped by the root key.")
        if link:
            self.stdout.write(f"First administrator, one-time invitation (72 hours): {link}")
