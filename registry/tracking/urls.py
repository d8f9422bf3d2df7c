"""Portal pages of experiments and runs, mounted at the root."""

from django.urls import path

from . import views
from .printed import printed

app_name = "tracking"

urlpatterns = [
    path("mlflow/", printed, name="printed"),
    path("experiments/", views.experiment_list, name="list"),
    path("experiments/<int:number>/", views.experiment, name="experiment"),
    path("experiments/-/runs/<str:run_id>/", views.run, name="run"),
]
