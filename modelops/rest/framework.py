"""How REST framework and the OpenAPI document are set up; `modelops/settings.py` takes both from here."""

from typing import Any

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.BearerAuthentication",
        "accounts.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "modelops.rest.permissions.DeclaredPermission",
        "accounts.fresh_permission.FreshFactorShown",
        "modelops.rest.idempotency.IdempotentPost",
    ],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "modelops.rest.negotiation.Negotiation",
    "DEFAULT_PAGINATION_CLASS": "modelops.rest.pagination.KeysetPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_SCHEMA_CLASS": "modelops.rest.schema.PortalSchema",
    "EXCEPTION_HANDLER": "modelops.rest.problems.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "ModelOps portal",
    "DESCRIPTION": "Register models and datasets, run quality and drift checks, read alerts and the audit log.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "ModelVersionState": "registry.models.version.VersionState",
        "UploadState": "registry.uploads.models.UploadState",
        "CopyState": "registry.models.copy.CopyState",
        "AlertSeverity": "monitoring.models.alerts.Severity",
        "AlertState": "monitoring.models.alerts.AlertState",
        "DeliveryState": "monitoring.models.alerts.DeliveryState",
        "ApiKeyState": "accounts.models.api_key.STATES",
        "KeyState": "modelops.crypto.states.KeyState",
        "KeyApprovalState": "compliance.keys.models.ApprovalState",
        "KeyRotationState": "compliance.keys.models.RotationState",
        "SubjectRequestKind": "compliance.subjects.models.Kind",
        "SubjectRequestState": "compliance.subjects.models.State",
        "Regime": "compliance.subjects.models.Regime",
        "AssessmentDecision": "registry.cards.models.AssessmentDecision",
    },
}
