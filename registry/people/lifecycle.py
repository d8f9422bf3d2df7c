"""How long the index of people is kept."""

from compliance.retention import keep

keep(
    "people.index",
    "Where people are in datasets",
    "Kept as long as the version: it is how a person is found in it.",
    "people.SubjectColumn",
    "people.IndexedVersion",
    "people.PersonRows",
    "people.RowsErased",
)
keep(
    "people.excluded",
    "People who are kept out of datasets",
    "Kept without an end as a keyed digest: who was erased does not come back with the next upload.",
    "people.ExcludedPerson",
    "people.RestrictedPerson",
    "people.DigestSecret",
)
