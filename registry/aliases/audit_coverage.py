"""Which event tells of aliases."""

from compliance.audit.coverage import Exempt, admin_pages, model, route
from registry.audit_events import MODEL_VIEWED

from .audit_events import ALIAS_REFUSED, ALIAS_REMOVED, ALIAS_SET

_ALIASES = "api/v1/models/<object_name:name>/aliases/"

route("models/<object_name:name>/versions/<int:number>/alias/", post=ALIAS_SET)
route(_ALIASES, get=Exempt.NAMES, post=ALIAS_SET)
route(f"{_ALIASES}<object_name:alias>/", get=MODEL_VIEWED, delete=ALIAS_REMOVED)
route(f"{_ALIASES}<object_name:alias>/history/", get=MODEL_VIEWED)
route(f"{_ALIASES}<object_name:alias>/at/", get=MODEL_VIEWED)
route("models/<object_name:name>/aliases/<object_name:alias>/history/", get=MODEL_VIEWED)
admin_pages("aliases.Alias", adds=ALIAS_SET)
admin_pages("aliases.AliasChange")
admin_pages("aliases.AliasPeriod")

model("aliases.Alias", ALIAS_SET, ALIAS_REMOVED)
model("aliases.AliasChange", ALIAS_SET, ALIAS_REMOVED, ALIAS_REFUSED)
model("aliases.AliasPeriod", ALIAS_SET, ALIAS_REMOVED)
