"""Which version "promote best" means, and why: shown before anything is asked for."""

from dataclasses import dataclass

from modelops.lib.errors import NotFound
from modelops.lib.figures import significant
from registry.aliases.gate import Outcome, ask_all
from registry.models import ModelVersion, RegisteredModel
from registry.ranking.best import best_of

from .payload import live_number


@dataclass(frozen=True, slots=True)
class Pick:
    """The version, the sentence that says why, where the alias points now, and what the gates say."""

    version: ModelVersion
    why: str
    live: int | None
    outcomes: list[Outcome]

    @property
    def is_live(self) -> bool:
        """Whether the alias points at it already."""
        return self.live == self.version.number


def pick(model: RegisteredModel, alias: str) -> Pick:
    """The best version of ``model``. Raises NotFound when no version can be called the best."""
    best = best_of(model)
    if best is None:
        raise NotFound(
            f"No version of {model} says a number for a metric whose direction is known, so none is the best. Choose "
            "the primary metric, or name a version.",
            code="model.no_best",
        )
    version = ModelVersion.objects.select_related("model", "artifact").get(model=model, number=best.number)
    primary = best.primary
    proposed = ", which the portal proposes" if primary.is_proposed else ""
    why = (
        f"Version {best.number} has the best {primary.metric}{proposed}: {significant(best.value)} "
        f"({primary.words.lower()}). Of equal values the older version is best."
    )
    return Pick(version, why, live_number(version, alias), ask_all(version))
