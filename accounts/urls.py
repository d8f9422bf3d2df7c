"""Portal routes of accounts, mounted at the root."""

from django.urls import path

from .views import api_access, confirming, emergency, joining, security, sign_in

app_name = "accounts"

urlpatterns = [
    path("sign-in/", sign_in.SignInView.as_view(), name="sign-in"),
    path("sign-in/code/", sign_in.CodeView.as_view(), name="code"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("invitation/<str:token>/", joining.InvitationView.as_view(), name="invitation"),
    path("account/enrol/", joining.EnrolView.as_view(), name="enrol"),
    path("account/confirm/", confirming.confirm, name="confirm"),
    path("account/confirm/kept/<uuid:pk>/", confirming.kept_form, name="kept-form"),
    path("account/confirm/api/<slug:kind>/<uuid:pk>/", api_access.confirm_api, name="confirm-api"),
    path(".well-known/jwks.json", api_access.jwks, name="jwks"),
    path("account/emergency/", emergency.begin_or_end, name="emergency"),
    path("account/security/", security.page.security, name="security"),
    path("account/security/apps/", security.factors.add_app, name="add-app"),
    path("account/security/apps/<uuid:pk>/remove/", security.factors.remove_app, name="remove-app"),
    path("account/security/recovery-codes/", security.factors.renew_codes, name="renew-codes"),
    path("account/security/password/", security.password.change_password, name="change-password"),
    path(
        "account/security/sessions/revoke-others/",
        security.sessions.revoke_other_sessions,
        name="revoke-other-sessions",
    ),
    path("account/security/sessions/<uuid:pk>/revoke/", security.sessions.revoke_session, name="revoke-session"),
    path(
        "account/security/api-sign-ins/<uuid:family>/end/",
        security.sessions.end_one_api_sign_in,
        name="end-api-sign-in",
    ),
    path("account/security/api-keys/", security.api_keys.issue_api_key, name="issue-api-key"),
    path("account/security/api-keys/<uuid:pk>/revoke/", security.api_keys.revoke_api_key, name="revoke-api-key"),
    path("account/security/api-keys/<uuid:pk>/rotate/", security.api_keys.rotate_api_key, name="rotate-api-key"),
]
