"""Who does what, as data. `docs/roles.md` is tested against this table; the navigation and every door read it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    """What a person may be allowed to do. Every page and every REST operation names one."""

    PATIENT_FIND = "patient.find", _("Find patients")
    PATIENT_REGISTER = "patient.register", _("Register and correct patients")
    PATIENT_MERGE = "patient.merge", _("Merge patients and take them apart")
    PATIENT_PROTECT = "patient.protect", _("Protect a patient and keep the access list")
    ORDER_ENTER = "order.enter", _("Enter orders")
    ORDER_CANCEL = "order.cancel", _("Cancel orders")
    STEP_BOOK = "step.book", _("Book, move and check in exams")
    EXAM_LIST = "exam.list", _("See exams and their time-line")
    EXAM_PERFORM = "exam.perform", _("Take, start and end exams")
    IMAGES_VIEW = "images.view", _("See images")
    IMAGES_STORE = "images.store", _("Send images in")
    IMAGES_SEND = "images.send", _("Send studies to other systems, and fetch them from there")
    KEY_IMAGE_MARK = "images.mark", _("Mark key images and measure")
    VIEWER_ARRANGE = "viewer.arrange", _("Keep hanging protocols, keys and tools of one's own")
    VIEWER_SETUP = "viewer.setup", _("Keep hanging protocols, keys and tools for everybody")
    REPORT_VIEW = "report.view", _("See reports")
    REPORT_WRITE = "report.write", _("Write reports, submit them as preliminary")
    REPORT_SIGN = "report.sign", _("Sign reports")
    READING_SETUP = "reading.setup", _("Set up reading: deadlines and subspecialties")
    BILL_VIEW = "bill.view", _("See bills")
    BILL_TAKE = "bill.take", _("Take payments")
    BILL_REFUND = "bill.refund", _("Give money back")
    DASHBOARD_VIEW = "dashboard.view", _("See workload, turnaround and revenue")
    TRANSFER_VIEW = "transfer.view", _("See transfers")
    TRANSFER_MANAGE = "transfer.manage", _("Retry, cancel and order transfers; set up routing rules")
    STORAGE_MANAGE = "storage.manage", _("Run the storage: tiers, rules, holds, checks; propose deletions")
    DELETION_APPROVE = "deletion.approve", _("Approve that images are deleted")
    ARCHIVE_RECONCILE = "archive.reconcile", _("Match images to exams")
    ARCHIVE_CORRECT = "archive.correct", _("Correct what is stored: split, move, merge, re-link and reject")
    IMAGES_REJECT = "images.reject", _("Reject images; a technologist those of exams that they performed")
    NODE_MANAGE = "node.manage", _("Set up DICOM nodes")
    MESSAGE_VIEW = "message.view", _("See HL7 messages")
    MESSAGE_REPLAY = "message.replay", _("Send or apply HL7 messages again")
    AUDIT_VIEW = "audit.view", _("Read the audit trail")
    STYLE_VIEW = "style.view", _("See the style guide")


class Role(models.TextChoices):
    FRONT_DESK = "frontdesk", _("Front desk")
    TECHNOLOGIST = "technologist", _("Technologist")
    RESIDENT = "resident", _("Resident")
    RADIOLOGIST = "radiologist", _("Radiologist")
    CLINICIAN = "clinician", _("Referring clinician")
    CASHIER = "cashier", _("Cashier")
    MANAGER = "manager", _("Department manager")
    PACS_ADMIN = "pacsadmin", _("PACS administrator")
    AUDITOR = "auditor", _("Auditor")


READER_ACTS = frozenset(
    {
        Act.PATIENT_FIND,
        Act.EXAM_LIST,
        Act.IMAGES_VIEW,
        Act.IMAGES_SEND,
        Act.KEY_IMAGE_MARK,
        Act.VIEWER_ARRANGE,
        Act.REPORT_VIEW,
        Act.REPORT_WRITE,
        Act.STYLE_VIEW,
        Act.TRANSFER_VIEW,
    }
)

ROLE_ACTS: dict[str, frozenset[Act]] = {
    Role.FRONT_DESK: frozenset(
        {Act.PATIENT_FIND, Act.PATIENT_REGISTER, Act.ORDER_ENTER, Act.ORDER_CANCEL, Act.STEP_BOOK, Act.EXAM_LIST, Act.STYLE_VIEW}
    ),
    Role.TECHNOLOGIST: frozenset(
        {
            Act.PATIENT_FIND,
            Act.STEP_BOOK,
            Act.EXAM_LIST,
            Act.EXAM_PERFORM,
            Act.IMAGES_VIEW,
            Act.IMAGES_STORE,
            Act.IMAGES_SEND,
            Act.IMAGES_REJECT,
            Act.ARCHIVE_RECONCILE,
            Act.REPORT_VIEW,
        }
        | {Act.TRANSFER_VIEW, Act.STYLE_VIEW, Act.VIEWER_ARRANGE}
    ),
    Role.RESIDENT: READER_ACTS,
    Role.RADIOLOGIST: READER_ACTS | {Act.REPORT_SIGN, Act.PATIENT_PROTECT},
    Role.CLINICIAN: frozenset({Act.PATIENT_FIND, Act.EXAM_LIST, Act.IMAGES_VIEW, Act.REPORT_VIEW, Act.STYLE_VIEW}),
    Role.CASHIER: frozenset({Act.PATIENT_FIND, Act.BILL_VIEW, Act.BILL_TAKE, Act.BILL_REFUND, Act.STYLE_VIEW}),
    Role.MANAGER: frozenset({Act.DASHBOARD_VIEW, Act.DELETION_APPROVE, Act.READING_SETUP, Act.STYLE_VIEW}),
    Role.PACS_ADMIN: frozenset(
        {
            Act.PATIENT_FIND,
            Act.EXAM_LIST,
            Act.IMAGES_VIEW,
            Act.IMAGES_STORE,
            Act.IMAGES_SEND,
            Act.TRANSFER_VIEW,
            Act.TRANSFER_MANAGE,
            Act.ARCHIVE_CORRECT,
            Act.IMAGES_REJECT,
            Act.ARCHIVE_RECONCILE,
        }
        | {Act.STORAGE_MANAGE, Act.DELETION_APPROVE, Act.READING_SETUP, Act.VIEWER_ARRANGE, Act.VIEWER_SETUP}
        | {Act.NODE_MANAGE, Act.MESSAGE_VIEW, Act.MESSAGE_REPLAY, Act.PATIENT_MERGE, Act.STYLE_VIEW}
    ),
    Role.AUDITOR: frozenset({Act.AUDIT_VIEW, Act.MESSAGE_VIEW, Act.STYLE_VIEW}),
}

HOME: dict[str, str] = {
    Role.FRONT_DESK: "/register/",
    Role.TECHNOLOGIST: "/worklist/",
    Role.RESIDENT: "/reading/",
    Role.RADIOLOGIST: "/reading/",
    Role.CLINICIAN: "/exams/",
    Role.CASHIER: "/billing/",
    Role.MANAGER: "/dashboard/",
    Role.PACS_ADMIN: "/transfers/",
    Role.AUDITOR: "/audit/",
}

# Who must handle a protected patient's exam without seeing whose it is (they see "Protected patient"); for all others it does not exist.
HANDLERS: frozenset[str] = frozenset({Role.FRONT_DESK, Role.TECHNOLOGIST, Role.RADIOLOGIST, Role.CASHIER, Role.PACS_ADMIN})
# Who may see a protected patient's images and reports once they have taken the exam.
TAKERS: frozenset[str] = frozenset({Role.TECHNOLOGIST, Role.RADIOLOGIST})
# Whose work is bounded to the patients whom they referred.
OWN_PATIENTS_ONLY: frozenset[str] = frozenset({Role.CLINICIAN})
