"""What the ledger records about labels. Values of tags are anybody's text: they are not told."""

from compliance.audit import define

MODEL_TAGGED = define(
    "labels.model.tagged", "set the tag {tag} of {name}", "name", "tag", category="model", ocsf="entity.update"
)
MODEL_UNTAGGED = define(
    "labels.model.untagged", "took the tag {tag} from {name}", "name", "tag", category="model", ocsf="entity.update"
)
VERSION_TAGGED = define(
    "labels.version.tagged",
    "set the tag {tag} of {name} version {version}",
    "name", "version", "tag",
    category="model", ocsf="entity.update",
)  # fmt: skip
VERSION_UNTAGGED = define(
    "labels.version.untagged",
    "took the tag {tag} from {name} version {version}",
    "name", "version", "tag",
    category="model", ocsf="entity.update",
)  # fmt: skip
VERSION_DESCRIBED = define(
    "labels.version.described",
    "changed the description of {name} version {version}",
    "name", "version",
    category="model", ocsf="entity.update",
)  # fmt: skip
VERSION_ARCHIVED = define(
    "labels.version.archived",
    "marked {name} version {version} as archived: {archived}",
    "name", "version", "archived",
    category="model", ocsf="entity.update",
)  # fmt: skip
