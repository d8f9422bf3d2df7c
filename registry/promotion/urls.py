"""Portal pages of promotions, mounted at the root."""

from django.urls import path

from . import views

app_name = "promotion"

urlpatterns = [
    path("promotions/<uuid:pk>/", views.promotion_detail, name="detail"),
]
