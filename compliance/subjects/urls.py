"""Pages for people without an account, mounted at the root."""

from django.urls import path

from .delivery import views as delivery
from .identity import views

app_name = "subjects"

urlpatterns = [
    path("privacy/request/", views.ask, name="ask"),
    path("privacy/confirm/<str:link>/", views.confirm, name="confirm"),
    path("privacy/bundle/<str:link>/", delivery.fetch, name="fetch"),
]
