"""Every route of the portal."""

from django.contrib import admin
from django.urls import include, path

from monitoring.overview import overview

from . import health, prometheus
from .error_pages import bad_request, forbidden, not_found, server_error

urlpatterns = [
    path("", overview, name="overview"),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("metrics", prometheus.metrics, name="metrics"),
    path("", include("modelops.web.urls")),
    path("api/", include("modelops.api_urls")),
    path("mlflow/", include("registry.mlflow.urls")),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("accounts.passkeys.urls")),
    path("", include("accounts.recovering.urls")),
    path("", include("registry.urls")),
    path("", include("registry.scanning.urls")),
    path("", include("registry.aliases.urls")),
    path("", include("registry.promotion.urls")),
    path("", include("registry.variants.urls")),
    path("", include("registry.cards.urls")),
    path("", include("registry.schemas.urls")),
    path("", include("registry.sources.urls")),
    path("", include("registry.bundles.urls")),
    path("", include("registry.external.urls")),
    path("", include("registry.people.urls")),
    path("", include("registry.tracking.urls")),
    path("", include("dataquality.urls")),
    path("", include("monitoring.urls")),
    path("", include("compliance.subjects.urls")),
    path("", include("compliance.posture.urls")),
    path("jobs/", include("modelops.jobs.urls")),
]

handler400 = bad_request
handler403 = forbidden
handler404 = not_found
handler500 = server_error
