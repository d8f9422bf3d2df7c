from django.urls import path

from .api import JobCancelView, JobsView, JobView

urlpatterns = [
    path("jobs/", JobsView.as_view(), name="api-jobs"),
    path("jobs/<uuid:job_id>/", JobView.as_view(), name="api-job"),
    path("jobs/<uuid:job_id>/cancel/", JobCancelView.as_view(), name="api-job-cancel"),
]
