"""Which event tells of data sources and imports."""

from compliance.audit.coverage import Exempt, admin_pages, model, route

from .audit_events import IMPORT_ASKED, IMPORT_FAILED, IMPORTED, OBJECTS_LISTED, SOURCE_ADDED, SOURCE_CHANGED

_IMPORTS = "api/v1/datasets/<object_name:name>/imports/"

route("api/v1/data-sources/", get=Exempt.NAMES)
route("api/v1/data-sources/<object_name:name>/objects/", get=OBJECTS_LISTED)
route(_IMPORTS, get=Exempt.NAMES, post=IMPORT_ASKED)
route("datasets/<object_name:name>/imports/new/", get=OBJECTS_LISTED, post=IMPORT_ASKED)
admin_pages("sources.DataSource", adds=SOURCE_ADDED)
route("admin/sources/datasource/<uuid:pk>/edit/", get=Exempt.FORM, post=SOURCE_CHANGED)
admin_pages("sources.DataImport")

model("sources.DataSource", SOURCE_ADDED, SOURCE_CHANGED)
model("sources.DataSource_roles", SOURCE_ADDED, SOURCE_CHANGED)
model("sources.DataImport", IMPORT_ASKED, IMPORTED, IMPORT_FAILED)
