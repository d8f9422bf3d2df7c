"""Portal routes of recovery, mounted at the root."""

from django.urls import path

from . import views

app_name = "recovering"

urlpatterns = [
    path("sign-in/forgotten/", views.forgotten, name="forgotten"),
    path("sign-in/new-password/<str:token>/", views.new_password, name="new-password"),
    path("sign-in/keep-factor/<str:token>/", views.keep_factor_link, name="keep-factor-link"),
    path("account/security/address/", views.address, name="address"),
    path("account/security/address/<str:token>/", views.confirm_address, name="confirm-address"),
    path("account/security/keep-factor/", views.keep_factor, name="keep-factor"),
]
