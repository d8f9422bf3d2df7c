"""Which event tells of dependencies."""

from compliance.audit.coverage import Exempt, model, route

from .audit_events import BILL_GIVEN, FILE_IMPORTED, PACKAGE_FIXED, PACKAGE_VULNERABLE

route("admin/dependencies/", get=Exempt.FIGURES)
route("admin/dependencies/import/", post=FILE_IMPORTED)
route("admin/dependencies/sbom.json", get=BILL_GIVEN)
model("supply_chain.ImportedFile", FILE_IMPORTED)
model("supply_chain.VulnerablePackage", PACKAGE_VULNERABLE, PACKAGE_FIXED)
model("supply_chain.Advisory", FILE_IMPORTED)
