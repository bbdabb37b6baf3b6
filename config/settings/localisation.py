"""Languages, time zone and formats."""

from django.utils.translation import gettext_lazy as _

from config import environment
from config.settings.paths import BASE_DIR

LANGUAGE_CODE = environment.text("LIGHTBOX_LANGUAGE", "en", "Language of pages for people who have not chosen one: en or zh-hans.")
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
TIME_ZONE = environment.text("LIGHTBOX_TIME_ZONE", "Asia/Shanghai", "The hospital's time zone.")
USE_TZ = True
USE_I18N = True
