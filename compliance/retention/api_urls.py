from django.urls import path

from . import api

urlpatterns = [
    path("retention-policies/", api.RetentionPolicies.as_view(), name="api-retention-policies"),
    path("retention-policies/<slug:data_class>/preview/", api.RetentionPreview.as_view(), name="api-retention-preview"),
    path("retention-policies/<slug:data_class>/changes/", api.PolicyChanges.as_view(), name="api-retention-changes"),
    path("retention-changes/<uuid:change_id>/approve/", api.ApproveChange.as_view(), name="api-retention-approve"),
    path("retention-changes/<uuid:change_id>/withdraw/", api.WithdrawChange.as_view(), name="api-retention-withdraw"),
    path("retention-runs/", api.RetentionRuns.as_view(), name="api-retention-runs"),
]
