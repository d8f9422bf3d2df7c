"""Every route of the REST interface. Version 1 stands under /api/v1/."""

from django.contrib.auth.decorators import login_required
from django.urls import include, path
from drf_spectacular.views import SpectacularSwaggerSplitView

from modelops.rest.document import DocumentView

v1 = [
    path("", include("accounts.api_urls")),
    path("", include("registry.api_urls")),
    path("", include("registry.replication.api_urls")),
    path("", include("registry.scanning.api_urls")),
    path("", include("registry.signing.api_urls")),
    path("", include("registry.aliases.api_urls")),
    path("", include("registry.promotion.api_urls")),
    path("", include("registry.variants.api_urls")),
    path("", include("registry.cards.api_urls")),
    path("", include("registry.schemas.api_urls")),
    path("", include("registry.sources.api_urls")),
    path("", include("registry.bundles.api_urls")),
    path("", include("registry.provenance.api_urls")),
    path("", include("registry.external.api_urls")),
    path("", include("registry.endpoints.api_urls")),
    path("", include("registry.people.api_urls")),
    path("", include("dataquality.api_urls")),
    path("", include("monitoring.api_urls")),
    path("", include("modelops.jobs.api_urls")),
    path("", include("modelops.secret_store.api_urls")),
    path("", include("compliance.ledger_desk.api_urls")),
    path("", include("compliance.audit.api_urls")),
    path("", include("compliance.subjects.api_urls")),
    path("", include("compliance.keys.api_urls")),
    path("", include("compliance.posture.api_urls")),
    path("", include("compliance.retention.api_urls")),
    path("", include("compliance.registers.api_urls")),
]

urlpatterns = [
    path("v1/", include(v1)),
    path("schema/", DocumentView.as_view(), name="schema"),
    path("docs/", login_required(SpectacularSwaggerSplitView.as_view(url_name="schema")), name="api-docs"),
]
