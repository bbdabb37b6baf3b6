"""The REST API and its documentation."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "imaging.access.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["imaging.access.permissions.DenyAll"],
    "DEFAULT_PARSER_CLASSES": [
        "imaging.common.parsers.TextJSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer", "rest_framework.renderers.BrowsableAPIRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "imaging.common.api.KeysetPagination",
    "PAGE_SIZE": 50,
    "EXCEPTION_HANDLER": "imaging.common.api.problem_handler",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Lightbox",
    "DESCRIPTION": "Every step of an exam's way: register, order, book, check in, perform, report, sign, pay. "
    "In an address the slash of an accession number is written ~1, its tilde ~0.",
    "VERSION": "0.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["imaging.access.permissions.IsSignedIn"],
    "ENUM_NAME_OVERRIDES": {
        "ExamStateEnum": "imaging.orders.states.ExamState",
        "ReportStateEnum": "reporting.reports.models.ReportState",
        "CaseKindEnum": "imaging.archive.models.CaseKind",
        "MessageStateEnum": "his_integration.messages.models.MessageState",
        "PriorityEnum": "imaging.orders.models.Priority",
        "TransferKindEnum": "imaging.routing.models.TransferKind",
        "YesNoEnum": "imaging.routing.models.YesNo",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}
