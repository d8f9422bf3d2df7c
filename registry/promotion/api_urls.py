"""REST addresses of promotions."""

from django.urls import path

from registry import addresses  # noqa: F401  registers the converter

from . import api

_MODEL = "models/<object_name:name>/"
_ONE = "promotions/<uuid:promotion_id>/"

urlpatterns = [
    path(f"{_MODEL}promotions/", api.ModelPromotionsView.as_view(), name="api-model-promotions"),
    path(f"{_MODEL}promotions/best/", api.BestPromotionView.as_view(), name="api-model-promotion-best"),
    path(f"{_MODEL}promotion-policy/", api.PolicyView.as_view(), name="api-promotion-policy"),
    path("promotions/", api.PromotionsView.as_view(), name="api-promotions"),
    path("promotions/overrides/", api.OverridesView.as_view(), name="api-promotion-overrides"),
    path(_ONE, api.PromotionView.as_view(), name="api-promotion"),
    path(f"{_ONE}approve/", api.ApproveView.as_view(), name="api-promotion-approve"),
    path(f"{_ONE}reject/", api.RejectView.as_view(), name="api-promotion-reject"),
    path(f"{_ONE}withdraw/", api.WithdrawView.as_view(), name="api-promotion-withdraw"),
]
