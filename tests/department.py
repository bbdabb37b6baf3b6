"""A department at work, for tests that walk its doors: one patient's way from order to payment, with everything that it leaves behind.

What is made here has been through the services; a case knows what fills an address, and the words by which its patient would be known.
"""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
from django.utils import timezone

from his_integration.inbound.receive import receive
from his_integration.messages.models import Message
from imaging.access.models import User
from imaging.archive.corrections.models import Correction
from imaging.archive.corrections.reasons import QUALITY
from imaging.archive.corrections.reject import images_reject
from imaging.archive.life.deletion import deletion_propose
from imaging.archive.life.findings import finding_open
from imaging.archive.life.holds import hold_place
from imaging.archive.life.models import DeletionItem, FindingKind, LegalHold, StorageFinding, StorageRule, StudyTask, TaskKind
from imaging.archive.life.work import task_add
from imaging.archive.models import Instance, IntegrityCase, Study
from imaging.dimse.models import DicomProcess, RemoteNode
from imaging.orders.models import Exam
from imaging.patients.merging import patient_merge
from imaging.patients.models import Patient, PatientMerge
from imaging.patients.services import patient_register
from imaging.routing.models import Routed, RoutingRule, TransferJob
from imaging.routing.services import transfer_send
from imaging.scheduling.models import Station, UsedItem
from imaging.scheduling.performing import exam_check_in, exam_finish, exam_start, used_item_record
from imaging.scheduling.services import order_place
from imaging.viewer.hanging.models import HangingProtocol
from imaging.viewer.hanging.rules import rule_read
from imaging.viewer.hanging.services import hanging_add
from imaging.viewer.models import Annotation, KeyImage
from imaging.viewer.services import annotation_save, key_image_add
from reporting.billing.models import Bill, Payment
from reporting.billing.services import payment_take
from reporting.deadlines.models import DeadlineRule
from reporting.reading.models import LateImages, ReadingFilter
from reporting.reports.services import report_sign
from reporting.subspecialties.models import Subspecialty
from tests import people
from tests.his_integration.texts import orm, pid
from tests.imaging import pictures
from tests.imaging.orders.test_services import head
from tests.imaging.viewer.objects import foreign
from tests.reporting import stories

REFERRER = "D1001"


# A hanging protocol that is for no study that is made here.
FIRST_SERIES = {"studies": {"modalities": ["OPT"]}, "layout": {"pane": 0}, "panes": [{"series": [{}]}]}


@dataclass
class Case:
    """One patient and everything there is of them. `words` are those that only who may know the patient may read."""

    patient: Patient
    exam: Exam
    study: Study
    waiting_study: Study
    words: tuple[str, ...]
    numbers: dict[str, str] = field(default_factory=dict)

    def fill(self, route: str) -> str:
        """`route`, as the table of addresses writes it, with what names this case."""
        for argument, value in self.numbers.items():
            route = route.replace(argument, value)
        return route


def performed(patient: Patient, technologist: User, radiologist: User) -> Exam:
    """From the order to the signed report: images, key image, measurement, contrast."""
    referrer = people.clinician()
    User.objects.filter(pk=referrer.pk).update(staff_code=REFERRER)
    exam = order_place(patient=patient, items=[head()], referrer_code=REFERRER, referrer_name="Dr CHEN Wei").exams.get()
    exam_check_in(exam=exam, user=people.front_desk())
    exam_start(exam=exam, user=technologist)
    used_item_record(exam=exam, kind="contrast", name="Iohexol", quantity=Decimal(80), unit="ml", unit_price=Decimal(2), user=technologist)
    study = pictures.stack_for(exam, 2)
    exam_finish(exam=exam, user=technologist)
    exam.refresh_from_db()
    report = stories.written(exam, radiologist, findings=f"Finding of {patient.number}.")
    instance = study.series.get(modality="CT").instances.first()
    key_image_add(user=radiologist, instance=instance, frame=1, look={})
    values = {"frame": 1, "tool": "Length", "points": [[1, 1], [2, 2]], "values": {"length": 1, "unit": "mm"}, "data": {}, "view": {}}
    annotation_save(user=radiologist, uid=uuid.uuid4(), study=study, instance=instance, values=values)
    report_sign(report=report, user=radiologist, password=people.PASSWORD)
    exam.refresh_from_db()
    return exam


def case_of(patient: Patient, *, technologist: User, radiologist: User) -> Case:
    """Everything a patient leaves behind in the department."""
    people.ct1()
    other = patient_register(number=f"9{patient.number}", name=patient.name, birth_date=patient.birth_date, sex=patient.sex)
    patient_merge(survivor=patient, retired=other, reason="the same person", actor="HIS")
    exam = performed(patient, technologist, radiologist)
    study = Study.objects.get(exam=exam)
    # Images without an exam, and a message that could not be applied: both know the patient by number alone.
    waiting = pictures.stack(
        2, PatientID=patient.number, PatientName=patient.name, PatientSex=patient.sex, Modality="MR",
        PatientBirthDate=f"{patient.birth_date:%Y%m%d}", StudyDate=f"{timezone.localdate():%Y%m%d}",
    )  # fmt: skip
    blurred = Instance.objects.filter(series__study=waiting)[:1]
    images_reject(study=waiting, instances=list(blurred), code=QUALITY, reason=f"blurred, {patient.name}", user=people.pacs_admin())
    receive(orm(code="CT-NONE", patient=pid(patient.number, name=patient.name, born=f"{patient.birth_date:%Y%m%d}", sex=patient.sex)))
    bill = Bill.objects.get(order=exam.order_id)
    payment = payment_take(
        bill=bill, user=people.cashier(), amount=bill.due_amount, method="cash", idempotency_key=uuid.uuid4().hex,
        tendered_amount=bill.due_amount,
    )  # fmt: skip
    node = RemoteNode.objects.get_or_create(
        ae_title="ELSEWHERE", defaults={"host": "192.0.2.1", "is_destination": True, "may_see_protected": True}
    )[0]
    DicomProcess.objects.get_or_create(name="here:1", defaults=process_with_an_association())
    jobs = [transfer_send(study=one, node=node, user=radiologist) for one in (study, waiting)]
    sent_by_rule(study, node)
    stored_for_years(study)
    read_late(exam, radiologist)
    read_beside_the_pictures(study)
    case = Case(patient, exam, study, waiting, words_of(patient))
    case.numbers = numbers_of(case, bill, payment, jobs)
    return case


def sent_by_rule(study: Study, node: RemoteNode) -> None:
    """A rule that is off now, and has sent the study."""
    rule, _made = RoutingRule.objects.get_or_create(name="To the other", is_active=False, author=people.pacs_admin())
    rule.nodes.add(node)
    Routed.objects.create(rule=rule, study=study, node=node, images=2, at=timezone.now())


def read_late(exam: Exam, radiologist: User) -> None:
    """What the reading list keeps: a list under a name, a deadline, images that came after signing."""
    ReadingFilter.objects.get_or_create(owner=people.radiologist(), name="All", audience="everybody")
    DeadlineRule.objects.get_or_create(patient_class="E", priority="stat", defaults={"minutes": 30})
    if not HangingProtocol.objects.exists():
        hanging_add(user=people.pacs_admin(), name="Head", rule=rule_read(FIRST_SERIES), shared=True)
    now = timezone.now()
    LateImages.objects.create(exam=exam, signer=radiologist, images=2, first_at=now, last_at=now)


def stored_for_years(study: Study) -> None:
    """What the storage pages tell of: a rule, a deletion that is proposed, a hold, work under way, a damaged file."""
    admin, instance = people.pacs_admin(), study.series.get(modality="CT").instances.first()
    StorageRule.objects.get_or_create(kind="delete", name="Fifteen years", keep_years=15, author=admin)
    deletion_propose(user=admin, studies=[study], reason="Sent twice")
    hold_place(user=admin, study=study, reason="Court 12/26")
    task_add(study=study, kind=TaskKind.COMPRESS)
    finding_open(kind=FindingKind.DAMAGED, tier="fast", path=instance.path, instance=instance)


def read_beside_the_pictures(study: Study) -> None:
    """A report of a device, and a dose over the pictures."""
    pictures.send(foreign.report(study, foreign.said("Finding", study.patient_name)))
    pictures.send(foreign.dose(study, np.ones((1, 4, 4))))


def process_with_an_association() -> dict[str, Any]:
    told = {"number": 1, "ae_title": "ELSEWHERE", "address": "192.0.2.1", "is_tls": False, "since": 0, "field": 1, "sop_class": ""}
    now = timezone.now()
    return {
        "started_at": now,
        "expires_at": now + dt.timedelta(hours=1),
        "associations": [{**told, "objects": 1, "octets": 1, "rate": 1}],
    }


def words_of(patient: Patient) -> tuple[str, ...]:
    family, _caret, given = patient.name.partition("^")
    return tuple(word for word in (patient.number, family, family.capitalize(), given, patient.name_ideographic) if word)


def keys_of(case: Case, jobs: list[TransferJob]) -> dict[str, Any]:
    """The keys of rows, by the word before them in an address."""
    return {
        "patients": case.patient.pk,
        "merges": PatientMerge.objects.get(survivor=case.patient).pk,
        "messages": Message.objects.get(patient=case.patient, message_type="ORU^R01").pk,
        "scanners": Station.objects.get(ae_title="CT1").pk,
        "nodes": RemoteNode.objects.get().pk,
        "steps": case.exam.steps.get().pk,
        "transfers": jobs[0].pk,
        "unmatched": IntegrityCase.objects.get(study=case.waiting_study).pk,
        "key-images": KeyImage.objects.get(study=case.study).pk,
        "used-items": UsedItem.objects.get(exam=case.exam).pk,
        "used": UsedItem.objects.get(exam=case.exam).pk,
        "corrections": Correction.objects.get(source=case.waiting_study).pk,
        "holds": LegalHold.objects.get(study=case.study).pk,
        "transfers/rules": RoutingRule.objects.get().pk,
        "rules": StorageRule.objects.get().pk,
        "deletions": DeletionItem.objects.get(study=case.study).proposal_id,
        "items": DeletionItem.objects.get(study=case.study).pk,
        "findings": StorageFinding.objects.get(instance__series__study=case.study).pk,
        "subspecialties": Subspecialty.objects.earliest("pk").pk,
        "deadlines": DeadlineRule.objects.earliest("pk").pk,
        "lists": ReadingFilter.objects.get().pk,
        "hangings": HangingProtocol.objects.earliest("pk").pk,
        "late": LateImages.objects.get(exam=case.exam).pk,
        "tasks": StudyTask.objects.get(study=case.study).pk,
    }


def numbers_of(case: Case, bill: Bill, payment: Payment, jobs: list[TransferJob]) -> dict[str, str]:
    """What stands for the arguments of an address; a row's key is named by what comes before it."""
    instance = case.study.series.get(modality="CT").instances.first()
    uid = case.study.study_instance_uid
    messages = Message.objects.filter(patient=case.patient)
    report, dose = (Instance.objects.get(series__study=case.study, series__modality=modality) for modality in ("SR", "RTDOSE"))
    return {
        "objects/<str:series>": f"objects/{report.series.series_instance_uid}",
        "overlays/<str:instance>": f"overlays/{dose.sop_instance_uid}",
        "documents/<str:instance>": f"documents/{report.sop_instance_uid}",
        "annotations/<str:uid>": f"annotations/{Annotation.objects.get(study=case.study).uid}",
        "receipts/<str:number>": f"receipts/{payment.receipt_number}",
        "<accession:accession>": case.exam.accession_number,
        "<str:study>": uid,
        "<str:uid>": uid,
        "<str:series>": instance.series.series_instance_uid,
        "<str:instance>": instance.sop_instance_uid,
        "<str:frames>": "1",
        "<path:path>": "7FE00010",
        "<int:image>": str(Instance.objects.get(series__study=case.waiting_study, series__rejection__isnull=False).pk),
        "<str:side>": "held",
        "<str:number>": bill.number,
        "<str:receipt>": payment.receipt_number,
        "<int:process>": str(DicomProcess.objects.get().pk),
        "<int:number>": "1",
        "<int:at>": "1",
        "<int:screen>": "1",
        "<slug:page>": "workload",
        "<slug:deed>": "call",
        "<slug:change>": "copy",
        "<str:way>": "later",
        **{f"{name}/<int:pk>": f"{name}/{key}" for name, key in keys_of(case, jobs).items()},
        # Not arguments of addresses, but what people type in a search and what else there is of the patient.
        "{number}": case.patient.number,
        "{key}": str(case.patient.pk),
        "{name}": case.patient.name.partition("^")[0].capitalize(),
        "{born}": f"{case.patient.birth_date:%Y-%m-%d}",
        "{waiting}": case.waiting_study.study_instance_uid,
        "{waiting-transfer}": str(jobs[1].pk),
        "{refused-message}": str(messages.get(state="rejected").pk),
    }
