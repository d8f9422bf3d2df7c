"""The routes of the portal and one page more, for `sessions`: it reads the database and says who asks."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from modelops.urls import urlpatterns as of_the_portal


def who(request: HttpRequest) -> HttpResponse:
    """The account of the caller, or nobody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse(str(request.user.pk))


urlpatterns = [path("benchmark/who/", who), *of_the_portal]
