"""REST addresses of predictions."""

from django.urls import path

from . import api

urlpatterns = [
    path("predictions/", api.PredictionsView.as_view(), name="api-predictions"),
    path("ground-truth/", api.GroundTruthView.as_view(), name="api-ground-truth"),
]
