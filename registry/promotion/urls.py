"""Portal pages of promotions, mounted at the root."""

from django.urls import path

from registry import addresses  # noqa: F401  registers the converter

from .views import acts, pages, policy

app_name = "promotion"

_MODEL = "models/<object_name:name>/"

urlpatterns = [
    path("promotions/", pages.inbox, name="inbox"),
    path("promotions/overrides/", pages.overrides, name="overrides"),
    path("promotions/overrides.csv", pages.overrides_file, name="overrides-file"),
    path("promotions/<uuid:pk>/", pages.promotion_detail, name="detail"),
    path("promotions/<uuid:pk>/approve/", acts.approve, name="approve"),
    path("promotions/<uuid:pk>/reject/", acts.reject, name="reject"),
    path("promotions/<uuid:pk>/withdraw/", acts.withdraw, name="withdraw"),
    path(f"{_MODEL}versions/<int:number>/promote/", acts.ask, name="ask"),
    path(f"{_MODEL}promote-best/", acts.ask_best, name="best"),
    path(f"{_MODEL}promotion-policy/", policy.policy, name="policy"),
    path(f"{_MODEL}promotion-policy/edit/", policy.policy_edit, name="policy-edit"),
]
