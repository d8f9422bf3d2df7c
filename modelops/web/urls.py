"""Routes that browsers and other programs use by themselves."""

from django.urls import path

from modelops.content_security import REPORTS_AT

from .reports import content_reports
from .texts import robots, security

urlpatterns = [
    path(REPORTS_AT.removeprefix("/"), content_reports, name="content-reports"),
    path("robots.txt", robots, name="robots"),
    path(".well-known/security.txt", security, name="security-txt"),
]
