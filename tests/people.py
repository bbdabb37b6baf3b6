"""The one cast of people and places that tests share, so that a test reads like a story.

Staff are named by what they do; patients by who they are. All are made on demand and return the saved row.
"""

import datetime as dt
from decimal import Decimal

from django.contrib.auth.models import Group

from imaging.access.models import User
from imaging.access.roles import Role
from imaging.orders.models import Department, Procedure
from imaging.patients.models import Patient, PatientIdentifier
from imaging.patients.words import patient_index
from imaging.scheduling.models import OpeningHours, Room, Station

PASSWORD = "lightbox-demo"


def staff(role: str, username: str = "", **fields: object) -> User:
    """A signed-up member of staff with one role; the same username gives the same person."""
    name = username or str(role)
    found = User.objects.filter(username=name).first()
    if found:
        return found
    user = User.objects.create_user(username=name, password=PASSWORD, first_name=name.capitalize(), **fields)
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


def front_desk() -> User:
    return staff(Role.FRONT_DESK)


def technologist() -> User:
    return staff(Role.TECHNOLOGIST)


def resident() -> User:
    return staff(Role.RESIDENT)


def radiologist() -> User:
    return staff(Role.RADIOLOGIST)


def clinician() -> User:
    return staff(Role.CLINICIAN)


def cashier() -> User:
    return staff(Role.CASHIER)


def manager() -> User:
    return staff(Role.MANAGER)


def pacs_admin() -> User:
    return staff(Role.PACS_ADMIN)


def auditor() -> User:
    return staff(Role.AUDITOR)


def _patient(number: str, **fields: object) -> Patient:
    patient = Patient.objects.create(number=number, **fields)
    PatientIdentifier.objects.create(patient=patient, value=number, issuer="HOSPITAL")
    patient_index(patient)
    return patient


def lin_mei_hua() -> Patient:
    """A woman of 58 with a contrast allergy."""
    return _patient(
        "00482913",
        name="LIN^Mei-Hua",
        name_ideographic="林美华",
        birth_date=dt.date(1968, 4, 12),
        sex="F",
        allergies="Iodinated contrast – hives 2019",
    )


def john_smith() -> Patient:
    return _patient("00511207", name="SMITH^John", birth_date=dt.date(1959, 9, 3), sex="M")


def the_mayor() -> Patient:
    """A protected patient."""
    return _patient(
        "00900001", name="QIAN^Zhengming", name_ideographic="钱正明", birth_date=dt.date(1955, 1, 20), sex="M", is_protected=True
    )


def ct_head() -> Procedure:
    department, _ = Department.objects.get_or_create(code="RAD", defaults={"name": "Radiology", "name_zh": "放射科"})
    found, _ = Procedure.objects.get_or_create(
        code="CT-HEAD",
        defaults={
            "name": "CT head plain",
            "name_zh": "头颅CT平扫",
            "department": department,
            "modality": "CT",
            "body_part": "HEAD",
            "minutes": 10,
            "price": Decimal("240.00"),
        },
    )
    return found


def ct_chest() -> Procedure:
    found, _ = Procedure.objects.get_or_create(
        code="CT-CHEST",
        defaults={
            "name": "CT chest plain",
            "name_zh": "胸部CT平扫",
            "department": ct_head().department,
            "modality": "CT",
            "body_part": "CHEST",
            "minutes": 15,
            "price": Decimal("260.00"),
        },
    )
    return found


def ct1() -> Station:
    """A CT room that is always open, with one scanner."""
    department = ct_head().department
    room, made = Room.objects.get_or_create(code="CT1", defaults={"name": "CT room 1", "name_zh": "CT 1 室", "department": department})
    if made:
        for weekday in range(7):
            OpeningHours.objects.create(room=room, weekday=weekday, opens_time=dt.time(0), closes_time=dt.time(23, 59))
    return Station.objects.get_or_create(ae_title="CT1", defaults={"room": room, "name": "CT1", "modality": "CT"})[0]
