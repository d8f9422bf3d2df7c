"""What can be done in the portal can be done over REST by the same people, and the other way round.

Every page and every call of the registry stands here once; one that is added without its twin fails. Who gets what is
read off the reviewed table of `tests/roles`, which is held against every route for every role.
"""

import pytest

from compliance.audit.coverage.walking import all_routes
from tests.roles import table

M, D, E = "models/<object_name:name>/", "datasets/<object_name:name>/", "<registry_kind:kind>/<object_name:name>/"
V, W = "versions/<int:number>/", "attestations/<uuid:pk>/withdraw/"
# Each page with the call that does the same; a form does what it sends.
PAIRS = {
    "GET models/": "GET models/",
    "GET models/-/versions/": "GET model-versions/",
    "POST models/-/filters/": "POST saved-filters/",
    "POST models/-/filters/<uuid:pk>/remove/": "DELETE saved-filters/<uuid:pk>/",
    "GET models/-/new/": "POST models/",
    "POST models/-/new/": "POST models/",
    f"GET {M}": f"GET {M}",
    f"GET {M}describe/": f"PATCH {M}",
    f"POST {M}describe/": f"PATCH {M}",
    f"GET {M}metric/": f"PATCH {M}",
    f"POST {M}metric/": f"PATCH {M}",
    f"GET {M}compare/": f"GET {M}compare/",
    f"POST {M}access/code/": f"PUT {M}access-code/",
    f"GET {M}card/": f"GET {M}card/",
    f"GET {M}card/edit/": f"PUT {M}card/",
    f"POST {M}card/edit/": f"PUT {M}card/",
    f"GET {M}card/draft/": f"PUT {M}card/",
    f"POST {M}card/draft/": f"PUT {M}card/",
    f"GET {M}impact-assessment/": f"GET {M}impact-assessments/",
    f"POST {M}impact-assessment/": f"POST {M}impact-assessments/",
    "GET models/-/elsewhere/": "GET external-records/",
    "GET models/-/elsewhere/new/": "POST external-records/",
    "POST models/-/elsewhere/new/": "POST external-records/",
    "GET models/-/elsewhere/attestations/new/": "POST external-records/attestations/",
    "POST models/-/elsewhere/attestations/new/": "POST external-records/attestations/",
    f"POST models/-/elsewhere/{W}": f"POST external-records/{W}",
    f"GET {M}metrics/": "GET metrics/",
    f"GET {M}performance/": f"GET {M}performance/",
    f"GET {M}card/document/": f"GET {M}card/document/",
    f"GET {M}card/revisions/<int:number>/": f"GET {M}card/revisions/<int:revision>/changes/",
    f"GET {M}{V}annex-iv/": f"GET {M}{V}annex-iv/",
    f"GET {M}{V}explanation/": f"GET {M}{V}explanations/",
    f"POST {M}{V}explanation/add/": f"POST {M}{V}explanations/",
    # Deciding on access takes one right, whatever is decided; an empty PATCH would change nothing and be let through.
    f"GET {E}access/": f"POST {M}grants/",
    f"POST {E}access/": f"POST {M}grants/",
    f"GET {E}access/report/": f"GET {M}access-report/",
    f"GET {E}access/report.csv": f"GET {M}access-report/",
    f"POST {E}access/grants/": f"POST {M}grants/",
    f"POST {E}access/grants/<uuid:pk>/revoke/": f"DELETE {M}grants/<uuid:pk>/",
    f"GET {E}delete/": f"DELETE {M}",
    f"POST {E}delete/": f"DELETE {M}",
    f"POST {E}restore/": f"POST {M}restore/",
    f"GET {E}{V}delete/": f"DELETE {M}{V}",
    f"POST {E}{V}delete/": f"DELETE {M}{V}",
    f"POST {E}{V}restore/": f"POST {M}{V}restore/",
    f"GET {M}versions/new/": f"POST {M}versions/",
    f"POST {M}versions/new/": f"POST {M}versions/",
    f"GET {M}{V}": f"GET {M}{V}",
    f"POST {M}{V}parameters/": f"GET {M}{V}parameters/",
    f"POST {M}compare/": f"GET {M}{V}parameters/",
    f"POST {M}{V}verify/": f"POST {M}{V}verify/",
    f"POST {M}{V}scan/": f"POST {M}{V}scan/",
    f"POST {M}{V}file/": f"GET {M}{V}artifact/",
    f"POST {M}{V}files/<path:path>": f"GET {M}{V}files/<path:path>",
    f"POST {M}{V}archive/": f"GET {M}{V}archive/",
    f"POST {M}{V}bundle/": f"GET {M}{V}bundle/",
    f"GET {M}bundles/new/": f"POST {M}bundles/",
    f"POST {M}bundles/new/": f"POST {M}bundles/",
    "GET models/-/bundles/keys.pem": "GET bundle-keys/",
    "GET models/-/bundles/verify_bundle.py": "GET bundle-verifier/",
    f"POST {M}{V}alias/": f"POST {M}aliases/",
    f"GET {M}aliases/<object_name:alias>/history/": f"GET {M}aliases/<object_name:alias>/history/",
    f"POST {M}{V}variants/new/": f"POST {M}{V}variants/",
    f"POST {M}{V}variants/<uuid:pk>/file/": f"GET {M}{V}variants/<uuid:pk>/artifact/",
    f"POST {M}{V}locations/<object_name:location>/repair/": f"POST {M}{V}locations/<object_name:location>/repair/",
    f"POST {D}{V}locations/<object_name:location>/repair/": f"POST {D}{V}locations/<object_name:location>/repair/",
    "GET datasets/": "GET datasets/",
    "GET datasets/-/new/": "POST datasets/",
    "POST datasets/-/new/": "POST datasets/",
    f"GET {D}": f"GET {D}",
    f"GET {D}impact/": f"GET {D}impact/",
    f"POST {D}subject-column/": f"PUT {D}subject-column/",
    f"GET {D}schema/": f"GET {D}schema/",
    f"POST {D}schema/": f"PUT {D}schema/",
    f"GET {D}imports/new/": f"POST {D}imports/",
    f"POST {D}imports/new/": f"POST {D}imports/",
    f"GET {D}describe/": f"PATCH {D}",
    f"POST {D}describe/": f"PATCH {D}",
    f"GET {D}versions/new/": f"POST {D}versions/",
    f"POST {D}versions/new/": f"POST {D}versions/",
    f"GET {D}{V}": f"GET {D}{V}",
    f"POST {D}{V}verify/": f"POST {D}{V}verify/",
    f"POST {D}{V}file/": f"GET {D}{V}artifact/",
    "GET promotions/": "GET promotions/",
    "GET promotions/overrides/": "GET promotions/overrides/",
    "GET promotions/overrides.csv": "GET promotions/overrides/",
    "GET promotions/<uuid:pk>/": "GET promotions/<uuid:promotion_id>/",
    "POST promotions/<uuid:pk>/approve/": "POST promotions/<uuid:promotion_id>/approve/",
    "POST promotions/<uuid:pk>/reject/": "POST promotions/<uuid:promotion_id>/reject/",
    "POST promotions/<uuid:pk>/withdraw/": "POST promotions/<uuid:promotion_id>/withdraw/",
    f"GET {M}{V}promote/": f"POST {M}promotions/",
    f"POST {M}{V}promote/": f"POST {M}promotions/",
    f"GET {M}promote-best/": f"GET {M}promotions/best/",
    f"GET {M}promotion-policy/": f"GET {M}promotion-policy/",
    f"GET {M}promotion-policy/edit/": f"PUT {M}promotion-policy/",
    f"POST {M}promotion-policy/edit/": f"PUT {M}promotion-policy/",
}
# Pages that do nothing a call would.
ONLY_PAGES = {
    "GET models/-/sealed/": "the program for sealing at home; programs get it from sealed-client/",
    f"GET {M}access-code/": "a browser enters the code here; a program sends it in a header",
    f"POST {M}access-code/": "a browser enters the code here; a program sends it in a header",
}
# Calls whose part in the portal is on one of the pages above, or in the admin.
ON_ANOTHER_PAGE = {
    f"GET {M}best/": "the mark on the pages of the model",
    f"GET {M}may/<slug:action>/": "asked by what serves a model",
    f"DELETE {M}access-code/": "the page of access, with an empty code",
    f"GET {M}card/revisions/": "the page of the card",
    f"GET {M}card/draft/": "the page of the draft",
    f"POST {M}card/draft/": "the page of the draft",
    f"DELETE {M}card/draft/": "the page of the draft",
    f"GET {M}group-policy/": "set by programs that send groups; the page of performance shows what comes of it",
    f"PUT {M}group-policy/": "set by programs that send groups",
    f"GET {M}{V}feature-schema/": "set by programs that send features",
    f"PUT {M}{V}feature-schema/": "set by programs that send features",
    f"GET {M}versions/": "the page of the model",
    f"GET {M}{V}files/": "the page of the version",
    f"GET {M}{V}locations/": "the page of the version",
    f"GET {M}{V}lineage/": "the page of the version",
    f"GET {M}{V}signatures/": "the page of the version",
    f"GET {M}{V}signatures/<uuid:pk>/": "the page of the version",
    f"POST {M}{V}signatures/": "made by pipelines, with their keys",
    f"GET {M}{V}scan/": "the page of the version",
    f"GET {M}aliases/": "the page of the version",
    f"GET {M}aliases/<object_name:alias>/": "the page of the version",
    f"GET {M}aliases/<object_name:alias>/at/": "the page of the alias's history",
    f"DELETE {M}aliases/<object_name:alias>/": "asked by pipelines",
    f"GET {M}{V}provenance/": "the page of the version",
    f"POST {M}{V}provenance/": "sent by what builds",
    f"POST {M}{V}quarantined-file/": "the admin, for the security administrator",
    f"GET {M}{V}variants/": "the page of the version",
    f"GET {M}{V}variants/<uuid:pk>/": "the page of the version",
    f"POST {M}{V}variants/upload/": "made by pipelines",
    f"PUT {M}{V}variants/<uuid:pk>/metrics/": "measured by pipelines",
    f"POST {M}{V}variants/<uuid:pk>/verify/": "asked by pipelines",
    f"GET {D}subject-column/": "the page of the dataset",
    f"GET {D}schema/changes/": "the page of the schema",
    f"GET {D}versions/": "the page of the dataset",
    f"GET {D}imports/": "the jobs, and the page of the version",
    f"GET {D}{V}locations/": "the page of the version",
    f"GET {D}{V}lineage/": "the page of the version",
    f"GET {M}promotions/": "the page of promotions",
    f"GET {M}grants/": "the page of access, and its report for who reviews",
    "GET saved-filters/": "above the lists",
    f"GET {M}replication/": "the admin",
    f"PUT {M}replication/": "the admin",
    f"GET {M}signing-policy/": "the admin",
    f"PUT {M}signing-policy/": "the admin",
}
OF_DATASETS = {
    call.replace("api/v1/models/", "api/v1/datasets/"): "the same pages serve datasets"
    for call in (
        "GET api/v1/models/<object_name:name>/grants/",
        "POST api/v1/models/<object_name:name>/grants/",
        "DELETE api/v1/models/<object_name:name>/grants/<uuid:pk>/",
        "GET api/v1/models/<object_name:name>/access-report/",
        "DELETE api/v1/models/<object_name:name>/",
        "POST api/v1/models/<object_name:name>/restore/",
        "DELETE api/v1/models/<object_name:name>/versions/<int:number>/",
        "POST api/v1/models/<object_name:name>/versions/<int:number>/restore/",
    )
}
PAGES = ("models/", "datasets/", "promotions/", "<registry_kind:kind>/")
CALLS = ("models/", "datasets/", "promotions/", "model-versions/", "saved-filters/")


def routes(beginnings: tuple[str, ...], under: str = "") -> set[str]:
    """Every method of every route below ``under`` that begins so."""
    wanted = tuple(f"{under}{beginning}" for beginning in beginnings)
    return {f"{method} {one.path}" for one in all_routes() for method in one.methods if one.path.startswith(wanted)}


def call(name: str) -> str:
    """The full route of a call."""
    method, _, path = name.partition(" ")
    return f"{method} api/v1/{path}"


def test_every_page_has_its_call_and_every_call_its_page() -> None:
    """S1-06: the parity test enumerates both."""
    calls = routes(CALLS, "api/v1/")
    assert "\n".join(sorted(routes(PAGES) ^ (PAIRS.keys() | ONLY_PAGES.keys()))) == ""
    paired = {
        call(name) for name in PAIRS.values() if call(name).split()[1].startswith(tuple(f"api/v1/{c}" for c in CALLS))
    }
    told = paired | {call(name) for name in ON_ANOTHER_PAGE} | OF_DATASETS.keys()
    assert "\n".join(sorted(calls ^ told)) == ""


@pytest.mark.parametrize("page", PAIRS)
def test_the_same_people_may(page: str) -> None:
    """S1-06: with the same permission checks, for every role, the owner and an outsider of something restricted."""
    cells = table.read()
    pages, calls = cells.get(page, {}), cells.get(call(PAIRS[page]), {})
    # A route that is missing in the table is named by tests/roles.
    asked = (pages.keys() & calls.keys()) - {"anonymous", "pipeline"}
    refused = {"401", "403", "404", "302:sign-in"}
    differing = {
        actor: (pages[actor], calls[actor])
        for actor in sorted(asked)
        if (pages[actor] in refused) != (calls[actor] in refused)
    }
    assert differing == {}
