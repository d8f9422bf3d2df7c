"""Portal routes of passkeys, mounted at the root."""

from django.urls import path

from . import views

app_name = "passkeys"

urlpatterns = [
    path("sign-in/passkey/", views.sign_in, name="sign-in"),
    path("sign-in/passkey/options/", views.sign_in_options, name="sign-in-options"),
    path("account/enrol/passkey/", views.enrol, name="enrol"),
    path("account/enrol/passkey/options/", views.enrol_options, name="enrol-options"),
    path("account/confirm/passkey/", views.confirm, name="confirm"),
    path("account/confirm/passkey/options/", views.confirm_options, name="confirm-options"),
    path("account/security/passkeys/", views.add, name="add"),
    path("account/security/passkeys/options/", views.add_options, name="add-options"),
    path("account/security/passkeys/<uuid:pk>/remove/", views.remove, name="remove"),
]
