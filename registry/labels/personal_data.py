"""What labels keep about people: nothing of their own."""

from compliance.subjects.mentions import free_text
from compliance.subjects.providers import exempt

exempt("labels.ModelLabels", "Tags of a model; they are about the model, and a person is found there as its owner.")
exempt("labels.VersionLabels", "Words about a version; whoever uploaded it is found as its uploader.")
free_text("labels.ModelLabels", "tags")
free_text("labels.VersionLabels", "description", "tags", "source", "run_link")
