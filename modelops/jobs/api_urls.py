from django.urls import path

from .api import JobsView, JobView

urlpatterns = [
    path("jobs/", JobsView.as_view(), name="api-jobs"),
    path("jobs/<uuid:job_id>/", JobView.as_view(), name="api-job"),
]
