"""Who may come in, and what a browser may do with our pages."""

from csp.constants import NONE, SELF

from config import environment

SECRET_KEY = environment.text(
    "LIGHTBOX_SECRET_KEY", "", "Signs sessions and forms; required outside the demo, at least 50 random characters."
)
DEBUG = False
ALLOWED_HOSTS = environment.words("LIGHTBOX_HOSTS", ["localhost", "127.0.0.1", "[::1]"], "Host names that the site answers to.")
CSRF_TRUSTED_ORIGINS = environment.words("LIGHTBOX_ORIGINS", [], "Origins, such as https://lightbox.example.org, when a proxy ends TLS.")

AUTH_USER_MODEL = "imaging.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
ANONYMOUS_USER_NAME = None
GUARDIAN_RAISE_403 = False

AXES_FAILURE_LIMIT = environment.number(
    "LIGHTBOX_LOGIN_FAILURES", 10, "Wrong passwords for one account from one address before it has to wait."
)
AXES_COOLOFF_TIME = environment.number("LIGHTBOX_LOGIN_WAIT_HOURS", 1, "Hours to wait after too many wrong passwords.")
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "429.html"
API_TOKEN_HOURS = environment.number("LIGHTBOX_API_TOKEN_HOURS", 12, "How long a token from POST /api/tokens/ is good for.")

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = environment.number("LIGHTBOX_SESSION_SECONDS", 12 * 3600, "A signed-in session ends after this many seconds.")
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"

WHITENOISE_ALLOW_ALL_ORIGINS = False

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, "'wasm-unsafe-eval'"],
        "worker-src": [SELF],
        "connect-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "style-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "media-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = environment.number(
    "LIGHTBOX_FORM_BYTES", 5 * 1024 * 1024, "Largest form or JSON body; images have their own limit."
)
