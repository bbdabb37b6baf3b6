"""Sentences that page scripts show, translated here so that there is one catalogue. One text, or [one, many]."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

Word = str | list[str]


def page_words() -> dict[str, Word]:
    """Every entry that static/js asks for with `word(key)`; names in braces are filled in there."""
    return {
        "live_live": _("Live · {time}"),
        "live_polling": _("Asking every 30 s · {time}"),
        "live_offline": _("No connection since {time}"),
        "offline": _("No connection since {time}. What you type is kept here and sent later. Signing waits."),
        "came_in": [
            ngettext("{n} came in. The list waits while you work.", "{n} came in. The list waits while you work.", n) for n in (1, 2)
        ],
        "left_list": [
            ngettext("{n} left the list. It waits while you work.", "{n} left the list. It waits while you work.", n) for n in (1, 2)
        ],
        "order_changed": _("The order changed. The list waits while you work."),
        "stat_came": _("A STAT exam came in. It is on top of the list."),
        "kept": _("kept {time}"),
        "kept_here": _("Kept in this browser only. It is sent when the line is back."),
        "kept_signed_out": _("You are signed out. What you type is kept in this browser: sign in in another tab, and it is sent."),
        "keep_refused": _("Not kept. Load the page again to see what changed."),
        "kept_beside": _("Kept as a copy beside the report."),
        "other_shows": _("Another window shows {name}."),
        "others_show": _("Other windows show {name} and {n} more."),
        "other_marked": _("The browser left it where it is: look for the tab with ◀ and {name}."),
        "sign_differs": _("This report is of exam {exam}; the page shows exam {shown}. Load the page again before you sign."),
        "sign_others": _("Another window shows {names}."),
        "sign_loading": _("The images are still loading."),
        "other_person": _("Somebody else has signed in in this browser. Nothing more is taken from this page: load it again."),
        "minutes": pgettext("duration", "%(n)s min") % {"n": "{n}"},
        "hours_minutes": pgettext("duration", "%(h)s h %(m)s") % {"h": "{h}", "m": "{m}"},
        "hours": pgettext("duration", "%(n)s h") % {"n": "{n}"},
        "days": pgettext("duration", "%(n)s d") % {"n": "{n}"},
        "undo": _("Undo"),
        "undo_failed": _("It could not be undone: somebody went on with it."),
        "not_sent": _("It was not sent: Lightbox does not answer. Try again when the line is back."),
        "server_fault": _("Lightbox met a fault ({n}); nothing may have been done. Load the page again and look."),
        "none_found": _("Nothing found."),
        "search_failed": _("The search did not answer. Type again to try."),
    }
