"""What every page's shell needs to know."""

from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from imaging.access.navigation import entries_for
from imaging.access.policy import roles_of
from imaging.access.roles import Role
from imaging.common.words import Word, page_words

DARK_BY_DEFAULT = frozenset({Role.RESIDENT, Role.RADIOLOGIST})
HTML_LANGUAGES = {"zh-hans": "zh-CN"}


class Shell:
    """Counted only when a template asks: fragments pay nothing for the rail."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.user = getattr(request, "user", None)

    @cached_property
    def theme(self) -> str:
        """The person's choice, else dark for those who read images."""
        if self.user is None:
            return "light"
        return getattr(self.user, "theme", "") or ("dark" if roles_of(self.user) & DARK_BY_DEFAULT else "light")

    @property
    def time_zone(self) -> str:
        """The hospital's zone: page clocks show it whatever the machine is set to."""
        return str(settings.TIME_ZONE)

    @property
    def window_beat(self) -> int:
        """Seconds between two signs of life of a window with a patient."""
        return settings.WINDOW_BEAT_SECONDS

    @property
    def window_forgotten(self) -> int:
        """Seconds of silence after which such a window is taken for dead."""
        return settings.WINDOW_FORGOTTEN_SECONDS

    @property
    def density(self) -> str:
        return getattr(self.user, "density", "")

    @property
    def letter_keys(self) -> str:
        """ "off" for who wants no single letters as keys."""
        return "on" if getattr(self.user, "letter_keys", True) else "off"

    @cached_property
    def html_lang(self) -> str:
        language = get_language() or "en"
        return HTML_LANGUAGES.get(language, language)

    @cached_property
    def entries(self) -> list[dict[str, Any]]:
        return entries_for(self.user, self.request.path) if self.user is not None else []

    @cached_property
    def role_label(self) -> str:
        roles = roles_of(self.user) if self.user is not None else frozenset()
        return ", ".join(str(role.label) for role in Role if role.value in roles)

    @cached_property
    def words(self) -> dict[str, Word]:
        return page_words()


def shell(request: HttpRequest) -> dict[str, Any]:
    """Adds `shell` and what is known of the hospital to every page."""
    return {
        "shell": Shell(request),
        "demo": settings.DEMO,
        "hospital_name": settings.HOSPITAL_NAME,
        "hospital_name_zh": settings.HOSPITAL_NAME_ZH,
    }
