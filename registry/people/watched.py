"""What the database watches of people in datasets."""

from compliance.audit.watching import exempt, watch

watch("people.SubjectColumn", "dataset", "column", recorded_about=["registry.dataset"])
watch("people.ExcludedPerson", "reference")
watch("people.RestrictedPerson", "reference", "lifted_at", recorded_about=["subjects.subjectrequest"])
watch("people.RowsErased", "version", "rows", recorded_about=["registry.datasetversion"])
exempt("An index of what the files say, made anew from them at any time.", "people.IndexedVersion", "people.PersonRows")
exempt("A key that is made once and moves with the ring, whose rotation has its own events.", "people.DigestSecret")
