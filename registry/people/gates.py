"""The gate of consents among the gates of promotion."""

from compliance.registers.services import withdrawn_after
from registry.aliases.gate import Gate, gates
from registry.models import ModelVersion

from . import restriction
from .consents import withdrawn_in


@gates.register("consent")
class ConsentGate(Gate):
    """Nobody took back their consent since the data was uploaded, and nobody who did is in data of later."""

    label = "Consents"

    def check(self, version: ModelVersion) -> tuple[bool, str]:
        said = []
        for used in version.datasets.select_related("dataset").order_by("dataset__name", "number"):
            if people := withdrawn_after(used.dataset.name, used.created_at):
                # Whoever sees the model may not know of a restricted dataset.
                name = "a restricted dataset" if used.dataset.is_restricted else str(used)
                said.append(f"{people} since {name} was uploaded")
            elif people := withdrawn_in(used):
                name = "a restricted dataset" if used.dataset.is_restricted else str(used)
                said.append(f"{people} before, and {name} holds their rows all the same")
        if not said:
            return True, "No consent to the use of its data was withdrawn since the data was uploaded."
        return False, (
            f"Consents were withdrawn: {'; '.join(said)}. Upload the data without these people, and train on that."
        )


@gates.register("restriction")
class RestrictionGate(Gate):
    """Nobody whose data the version was trained on has had the processing restricted, or objects to it."""

    label = "Restrictions"

    def check(self, version: ModelVersion) -> tuple[bool, str]:
        people = restriction.people_behind(version)
        if not people:
            return True, "Nobody has had the use of the data restricted that it was trained on."
        return False, (
            f"{people} {'person has' if people == 1 else 'people have'} restricted the use of the data that it was "
            "trained on, or object to it. Train on data without them, or wait until the restriction is lifted."
        )
