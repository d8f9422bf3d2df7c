"""Standing rights on restricted models and datasets, for the monthly review."""

from collections.abc import Iterator

from compliance.audit import Actor
from compliance.reviews.rights import Right, rights_source, rights_taker

from .models import Grant
from .services import revoke


@rights_source("registry.grants")
def grants() -> Iterator[Right]:
    """Each grant that holds now."""
    for grant in Grant.objects.standing().select_related("model", "dataset", "group").iterator(chunk_size=500):
        governed = grant.model or grant.dataset
        holder = grant.group.name if grant.group else str(grant.user_id)
        until = f"until {grant.expires_at:%Y-%m-%d}" if grant.expires_at else "without an end"
        what = ", ".join([grant.level, *grant.actions])
        yield Right(str(grant.pk), "Grants", holder, f"{what} access to {governed}, {until}")


@rights_taker("registry.grants")
def take_grant(key: str, actor: Actor) -> bool:
    """Revoke the grant; False when it is gone."""
    grant = Grant.objects.filter(pk=key).first()
    return grant is not None and revoke(grant, actor=actor)
