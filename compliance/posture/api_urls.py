from django.urls import path

from .api import ModelPostureView, PipelinePostureView, PostureView

urlpatterns = [
    path("posture/", PostureView.as_view(), name="api-posture"),
    path("posture/models/<str:name>/", ModelPostureView.as_view(), name="api-posture-model"),
    path("posture/pipelines/<str:name>/", PipelinePostureView.as_view(), name="api-posture-pipeline"),
]
