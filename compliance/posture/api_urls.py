from django.urls import path

from .api import PostureView

urlpatterns = [path("posture/", PostureView.as_view(), name="api-posture")]
