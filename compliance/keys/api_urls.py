"""Routes under /api/v1/."""

from django.urls import path

from . import api

urlpatterns = [
    path("keys/", api.Keys.as_view(), name="keys"),
    path("keys/rotate/", api.RotateKeys.as_view()),
    path("keys/<uuid:key_id>/", api.KeyDetail.as_view(), name="key"),
    path("keys/<uuid:key_id>/requests/", api.KeyRequests.as_view()),
    path("keys/<uuid:key_id>/suspend/", api.SuspendKey.as_view()),
    path("keys/<uuid:key_id>/compromise/", api.CompromiseKey.as_view()),
    path("keys/<uuid:key_id>/spare/", api.SpareKey.as_view()),
    path("keys/<uuid:key_id>/max-age/", api.KeyMaxAge.as_view()),
    path("key-requests/", api.Approvals.as_view(), name="key-requests"),
    path("key-requests/<uuid:approval_id>/approve/", api.Approve.as_view()),
    path("key-requests/<uuid:approval_id>/withdraw/", api.Withdraw.as_view()),
    path("key-rotations/", api.Rotations.as_view(), name="key-rotations"),
    path("key-rotations/<uuid:rotation_id>/", api.RotationDetail.as_view(), name="key-rotation"),
    path("key-rotations/<uuid:rotation_id>/pause/", api.PauseRotation.as_view()),
    path("key-rotations/<uuid:rotation_id>/resume/", api.ResumeRotation.as_view()),
    path("key-rotations/<uuid:rotation_id>/retry/", api.RetryRotation.as_view()),
]
