"""Portal pages of the posture of one thing."""

from django.urls import path

from .views import model_posture, pipeline_posture

app_name = "posture"
urlpatterns = [
    path("posture/models/<str:name>/", model_posture, name="model"),
    path("posture/pipelines/<str:name>/", pipeline_posture, name="pipeline"),
]
