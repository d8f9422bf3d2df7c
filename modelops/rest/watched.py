"""What the database watches of the REST interface."""

from compliance.audit.watching import exempt

exempt("Answers kept for a day for repeated requests; no fact is held in them.", "rest.StoredAnswer")
