"""Tags and filters that every template has without loading them."""

from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import pgettext_lazy

from imaging.common import formats
from imaging.common.frontend import imported_at_once

register = template.Library()

for _name in (
    "person_name",
    "written_name",
    "person_first",
    "person_second",
    "person_masked",
    "clinical_date",
    "short_date",
    "weekday_date",
    "clinical_time",
    "clinical_seconds",
):
    register.filter(_name, getattr(formats, _name))
for _name in ("clinical_moment", "age", "sex", "number", "money", "duration", "ago", "size", "local_text", "initials"):
    register.filter(_name, getattr(formats, _name))

STATE_WORDS = {
    "ordered": pgettext_lazy("exam state", "Ordered"),
    "scheduled": pgettext_lazy("exam state", "Scheduled"),
    "arrived": pgettext_lazy("exam state", "Arrived"),
    "in_progress": pgettext_lazy("exam state", "In progress"),
    "completed": pgettext_lazy("exam state", "Completed"),
    "reading": pgettext_lazy("exam state", "Reading"),
    "preliminary": pgettext_lazy("exam state", "Preliminary"),
    "final": pgettext_lazy("exam state", "Final"),
    "addended": pgettext_lazy("exam state", "Addended"),
    "cancelled": pgettext_lazy("exam state", "Cancelled"),
    "discontinued": pgettext_lazy("exam state", "Discontinued"),
    "to_come": pgettext_lazy("exam state", "To come"),
}
TAG_ICONS = {"danger": "triangle-alert", "warn": "clock", "ok": "check", "critical": "siren"}
KEY_SIGNS = {"enter": "↵", "escape": "Esc", "up": "↑", "down": "↓", "delete": "Del"}


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """An icon of the sprite (static/icons.txt); hidden from screen readers, so say the meaning beside it."""
    return format_html('<svg class="icon {}" aria-hidden="true"><use href="{}#{}"/></svg>', css, static("build/icons.svg"), name)


@register.simple_tag
def module(name: str) -> SafeString:
    """The script `name` of the built front end ("viewer/viewer.js") and what it imports at once: fetched in one round, not step by step."""
    preloads = format_html_join("", '<link rel="modulepreload" href="{}">', ((static(f"build/{one}"),) for one in imported_at_once(name)))
    return format_html('<script type="module" src="{}"></script>{}', static(f"build/{name}"), preloads)


@register.simple_block_tag
def capture(content: str) -> SafeString:
    """Keeps what it holds, rendered (so escaped) already: {% capture as name %}...{% endcapture %}."""
    return SafeString(content.strip())


@register.inclusion_tag("_state.html")
def state(value: str, word: str = "") -> dict[str, Any]:
    """The ring and the word of an exam's state."""
    known = str(value) if str(value) in STATE_WORDS else "to_come"
    return {"state": known, "word": word or STATE_WORDS[known], "sprite": static("build/icons.svg")}


@register.simple_tag
def state_ring(value: str) -> SafeString:
    """The ring alone, for lanes where the word stands elsewhere."""
    return format_html('<svg class="ring" aria-hidden="true"><use href="{}#state-{}"/></svg>', static("build/icons.svg"), value)


@register.inclusion_tag("_priority.html")
def priority(value: str) -> dict[str, Any]:
    """STAT, urgent or the quiet dot."""
    return {"priority": str(value)}


@register.inclusion_tag("_protected.html")
def protected() -> dict[str, Any]:
    """The mark of a protected (VIP) patient."""
    return {}


@register.inclusion_tag("_tag.html")
def tag(text: str, kind: str = "slate", icon: str = "") -> dict[str, Any]:
    """Tint, icon and word; kinds: slate, danger, warn, ok, accent, violet, teal, critical."""
    return {"text": text, "kind": kind, "icon": icon or TAG_ICONS.get(kind, "")}


@register.inclusion_tag("_field.html")
def field(bound: Any, **attributes: Any) -> dict[str, Any]:
    """A form field with label, hint and error. Further words become attributes of the control (data_date=True, autofocus=True)."""
    given = {name.replace("_", "-"): True if value is True else str(value) for name, value in attributes.items() if value is not False}
    css = " ".join(filter(None, (_control_class(bound), str(given.pop("class", "")))))
    return {"field": bound, "control": bound.as_widget(attrs={"class": css, **given}), "check": css.startswith("form-check")}


def _control_class(bound: Any) -> str:
    kind = bound.widget_type
    if kind in {"checkbox", "radioselect", "checkboxselectmultiple"}:
        return "form-check-input"
    return "form-select" if kind in {"select", "lazyselect", "nullbooleanselect"} else "form-control"


@register.simple_tag
def key(names: str) -> SafeString:
    """Keys as they are drawn: {% key "ctrl enter" %}."""
    signs = (KEY_SIGNS.get(name.lower(), name if len(name) > 1 and not name.islower() else name.capitalize()) for name in names.split())
    return format_html_join(" ", "<kbd>{}</kbd>", ((sign,) for sign in signs))


@register.simple_tag
def keyhint(names: str, text: str) -> SafeString:
    """One entry of the foot: keys and what they do."""
    return format_html('<span class="keyhint">{} {}</span>', key(names), text)


@register.simple_tag(takes_context=True)
def query(context: Any, **changes: Any) -> str:
    """The address's query with some parts changed; an empty value takes a part away, a list stands there once for each."""
    values = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            values.pop(name, None)
        else:
            values.setlist(name, value if isinstance(value, list) else [value])
    return f"?{values.urlencode()}"


@register.filter
def html_time(value: Any) -> str:
    """For <time datetime="...">."""
    return "" if value is None else value.isoformat()
