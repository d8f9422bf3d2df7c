"""Which event tells of secrets."""

from compliance.audit.coverage import Exempt, admin_pages, model, route

from .audit_events import SECRET_DELETED, SECRET_REPLACED, SECRET_SET, SECRET_USED, SECRET_VIEWED

route("api/v1/secrets/", get=Exempt.NAMES, post=SECRET_SET)
route("api/v1/secrets/<str:name>/", get=SECRET_VIEWED, delete=SECRET_DELETED)
route("api/v1/secrets/<str:name>/replace/", post=SECRET_REPLACED)
admin_pages("secret_store.StoredSecret", adds=SECRET_SET, strict=True)
route("admin/secret_store/storedsecret/<uuid:pk>/replace/", get=Exempt.FORM, post=SECRET_REPLACED)
route("admin/secret_store/storedsecret/<uuid:pk>/remove/", get=Exempt.FORM, post=SECRET_DELETED)

model("secret_store.StoredSecret", SECRET_SET, SECRET_REPLACED, SECRET_DELETED, SECRET_USED)
