"""Standing rights of accounts: their roles, for the monthly review."""

from collections.abc import Iterator

from compliance.audit import Actor
from compliance.reviews.rights import Right, rights_source, rights_taker

from .models import User
from .services.people import withdraw_role


@rights_source("accounts.roles")
def roles() -> Iterator[Right]:
    """Each active account in each of its roles; a superuser is a role of its own."""
    for user in User.objects.filter(is_active=True).prefetch_related("groups").iterator(chunk_size=500):
        names = [group.name for group in user.groups.all()]
        if user.is_superuser:
            names.append("Superuser")
        for name in names:
            seen = f"last signed in {user.last_login:%Y-%m-%d}" if user.last_login else "never signed in"
            kind = "a service account" if user.is_service else "an account"
            yield Right(f"{user.pk}:{name}", name, str(user.pk), f"{kind} with the role {name}, {seen}")


@rights_taker("accounts.roles")
def take_role(key: str, actor: Actor) -> bool:
    """Take the account out of the role; False when the account or its role is gone."""
    pk, _, role = key.partition(":")
    user = User.objects.filter(pk=pk).first()
    return user is not None and withdraw_role(user, role, actor=actor)
