"""Why a route or a model leaves no row. The list is closed: a new reason is a decision, made here."""

from enum import Enum


class Exempt(Enum):
    """The value is the reason in words, as the page of the coverage shows it."""

    HEALTH = "Health and figures of the machine: nothing of people or objects."
    FIGURES = "Counts over the whole portal: no object is opened."
    NAMES = "A list of what the reader may see: names, states and figures; nothing personal, nothing is opened."
    FORM = "An empty form: it discloses and changes nothing."
    OWN = "One's own account and uploads, shown to oneself."
    PROGRESS = "The progress of work: states and counts, without content. Its beginning and its end have rows."
    INTERFACE = "Describes the interface, not what is in it."
    REDIRECT = "Leads to another route, which is mapped."
    REFUSED = "Refused to everybody, whatever their role."
    SAME_AS_GET = "Shows the page again: nothing is read from what is sent."
    UNUSED = "A page or table of the framework in which the portal writes nothing."
    REFERENCE = "Kinds of things, written by a migration and never by people."
    WORKING_MEMORY = "Counters, kept answers and marks that expire; no fact is held in it."
    LEDGER = "The ledger itself: a row about each row would never end."

    @property
    def reason(self) -> str:
        return str(self.value)
