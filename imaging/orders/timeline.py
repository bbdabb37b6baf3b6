"""Every kind of line in an exam's time-line: its category, icon and sentence, as data.

Params are plain values kept with the line; the sentence is translated when it is shown, so one line reads in both languages.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from imaging.orders.models import EventCategory as C
from imaging.orders.models import ExamEvent


@dataclass(frozen=True)
class Kind:
    category: C
    icon: str
    sentence: str | Promise


KINDS: dict[str, Kind] = {
    "ordered": Kind(C.PEOPLE, "message-square", _("Ordered: %(procedure)s")),
    "ordered_hl7": Kind(C.MESSAGE, "message-square", _("Ordered: %(procedure)s · came by HL7 %(message)s")),
    "order_changed": Kind(C.MESSAGE, "message-square", _("Order changed: %(what)s")),
    "scheduled": Kind(C.PEOPLE, "calendar", _("Scheduled for %(when)s, %(room)s")),
    "moved": Kind(C.PEOPLE, "calendar-clock", _("Moved to %(when)s, %(room)s · %(reason)s")),
    "arrived": Kind(C.PEOPLE, "door-open", _("Arrived · queue number %(queue)s")),
    "arrival_undone": Kind(C.PEOPLE, "undo-2", _("Arrival taken back")),
    "called": Kind(C.PEOPLE, "megaphone", _("Called to %(room)s")),
    "taken": Kind(C.PEOPLE, "hand", _("Taken by %(name)s")),
    "checked": Kind(C.PEOPLE, "check-check", _("Checked before the start: %(what)s")),
    "released": Kind(C.PEOPLE, "undo-2", _("Given back by %(name)s")),
    "start_undone": Kind(C.PEOPLE, "undo-2", _("Start taken back")),
    "started": Kind(C.PEOPLE, "play", _("Exam started · %(room)s")),
    "mpps_started": Kind(C.DEVICE, "play", _("Exam started · %(station)s (MPPS)")),
    "mpps_completed": Kind(C.DEVICE, "check", _("Exam ended · %(images)s images announced (MPPS completed)")),
    "mpps_discontinued": Kind(C.DEVICE, "octagon-minus", _("Exam discontinued at the scanner · %(reason)s")),
    "completed": Kind(C.PEOPLE, "check", _("Exam ended")),
    "discontinued": Kind(C.PEOPLE, "octagon-minus", _("Exam discontinued · %(reason)s")),
    "cancelled": Kind(C.PEOPLE, "ban", _("Cancelled · %(reason)s")),
    "used_item": Kind(C.PEOPLE, "syringe", _("Used: %(name)s %(quantity)s %(unit)s")),
    "used_item_removed": Kind(C.PEOPLE, "undo-2", _("Not used after all: %(name)s %(quantity)s %(unit)s")),
    "images_first": Kind(C.DEVICE, "arrow-right", _("First images stored · from %(ae_title)s")),
    "images_stored": Kind(C.DEVICE, "images", _("%(images)s images in %(series)s series stored")),
    "report_left": Kind(C.PEOPLE, "undo-2", _("Waits for a reader again: %(name)s had left it")),
    "report_taken_why": Kind(C.PEOPLE, "hand", _("Why it was taken over: %(reason)s")),
    "late_settled": Kind(C.PEOPLE, "check", _("Late images looked at: the report stands · %(images)s images")),
    "late_amended": Kind(C.PEOPLE, "check", _("Late images reported · %(images)s images")),
    "late_reopened": Kind(C.PEOPLE, "undo-2", _("Late images are to be looked at again")),
    "images_late": Kind(C.PROBLEM, "triangle-alert", _("Images came after the report was signed · %(images)s images")),
    "image_count_differs": Kind(C.PROBLEM, "info", _("Image count differs: scanner says %(announced)s, archive holds %(held)s")),
    "images_unlinked": Kind(C.PEOPLE, "undo-2", _("%(images)s images taken off this exam")),
    "images_moved_away": Kind(C.PEOPLE, "arrow-right-left", _("%(images)s images given to where they belong: they were not of this exam")),
    "images_moved_here": Kind(C.PEOPLE, "arrow-right-left", _("%(images)s images given to this exam by a correction")),
    "images_rejected": Kind(C.PEOPLE, "eye-off", _("%(images)s images rejected · %(why)s")),
    "correction_undone": Kind(C.PEOPLE, "undo-2", _("Correction of %(images)s images taken back")),
    "images_gone": Kind(C.PROBLEM, "triangle-alert", _("No images are left of this exam · check its state and its charge")),
    "images_gone_signed": Kind(
        C.PROBLEM, "triangle-alert", _("No images are left of this exam, whose report is signed · check report and charge")
    ),
    "images_before_start": Kind(C.PROBLEM, "info", _("There are images, but the exam was never started · check its state")),
    "images_matched": Kind(C.PEOPLE, "link", _("Images matched to this exam")),
    "hold_placed": Kind(C.PEOPLE, "lock", _("Legal hold on the images · %(reason)s")),
    "hold_released": Kind(C.PEOPLE, "lock-open", _("Legal hold released · %(reason)s")),
    "images_deleted": Kind(C.PEOPLE, "trash-2", _("%(images)s images deleted · %(reason)s")),
    "committed": Kind(C.DEVICE, "shield-check", _("Storage confirmed to %(ae_title)s · %(images)s images")),
    "commitment_received": Kind(C.DEVICE, "shield-check", _("Kept safely by %(ae_title)s · %(images)s images")),
    "commitment_refused": Kind(C.PROBLEM, "triangle-alert", _("Not all kept by %(ae_title)s · %(error)s")),
    "sent": Kind(C.DEVICE, "send", _("Sent to %(ae_title)s · %(images)s images")),
    "send_failed": Kind(C.PROBLEM, "triangle-alert", _("Could not be sent to %(ae_title)s · %(error)s")),
    "reading": Kind(C.PEOPLE, "pencil", _("Report begun by %(name)s")),
    "report_review": Kind(C.PEOPLE, "eye", _("Preliminary report taken for approval by %(name)s")),
    "report_taken_over": Kind(C.PEOPLE, "hand", _("Report taken over by %(name)s from %(other)s")),
    "report_offered": Kind(C.PEOPLE, "hand", _("Report offered to %(name)s")),
    "report_offer_withdrawn": Kind(C.PEOPLE, "undo-2", _("Report not offered to %(name)s any more")),
    "report_offer_refused": Kind(C.PEOPLE, "undo-2", _("%(name)s did not take the report")),
    "report_handed_over": Kind(C.PEOPLE, "hand", _("Report handed over to %(name)s by %(other)s")),
    "report_released": Kind(C.PEOPLE, "undo-2", _("Reading given back")),
    "preliminary": Kind(C.PEOPLE, "file-pen-line", _("Preliminary report by %(name)s")),
    "sent_back": Kind(C.PEOPLE, "undo-2", _("Preliminary report sent back · %(reason)s")),
    "signed": Kind(C.PEOPLE, "file-check", _("Report signed by %(name)s · version %(version)s")),
    "corrected": Kind(C.PEOPLE, "file-plus", _("Corrected by %(name)s · version %(version)s · %(reason)s")),
    "addended": Kind(C.PEOPLE, "file-plus", _("Addendum by %(name)s · version %(version)s")),
    "charge_posted": Kind(C.MESSAGE, "receipt", _("Charge posted · %(amount)s")),
    "charge_credited": Kind(C.MESSAGE, "receipt", _("Charge credited · %(amount)s")),
    "paid": Kind(C.PEOPLE, "wallet", _("Paid %(amount)s · receipt %(receipt)s")),
    "refunded": Kind(C.PEOPLE, "wallet", _("Refunded %(amount)s · %(reason)s")),
    "message_sent": Kind(C.MESSAGE, "send", _("%(message)s sent to %(receiver)s")),
    "message_acknowledged": Kind(C.MESSAGE, "check", _("%(message)s acknowledged by %(receiver)s")),
    "message_failed": Kind(C.PROBLEM, "triangle-alert", _("%(message)s not taken by %(receiver)s · %(error)s")),
    "problem": Kind(C.PROBLEM, "triangle-alert", _("%(what)s")),
}


FIELDS: dict[str, str | Promise] = {
    "patient_class": _("patient type"),
    "priority": _("priority"),
    "reason": _("reason for exam"),
    "referrer_code": _("referred by"),
    "referrer_name": _("referred by"),
    "referring_department": _("referring department"),
    "requested_at": _("time wanted"),
    "safety": _("safety questions"),
    "visit": _("visit"),
}


def _changed_words(names: str) -> str:
    """What the fields of an order are called, each once; anything else (one procedure for another) stays as it is."""
    return ", ".join(dict.fromkeys(str(FIELDS.get(name, name)) for name in names.split(", ")))


def sentence(event: ExamEvent) -> str:
    """What happened, in the reader's language; a param with a twin ending in `_zh` is shown by it in Chinese."""
    params = dict(event.params)
    if event.kind == "order_changed":
        params["what"] = _changed_words(params["what"])
    if (get_language() or "").startswith("zh"):
        params |= {name.removesuffix("_zh"): value for name, value in event.params.items() if name.endswith("_zh")}
    return str(KINDS[event.kind].sentence) % params
