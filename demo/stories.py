"""The simulated day, as data: who comes, for what, and how far each exam gets, so that every role finds work."""

from dataclasses import dataclass
from enum import IntEnum

from demo import people
from demo.people import Clinician, Person


class Stage(IntEnum):
    """How far an exam gets today."""

    ORDERED = 1
    ARRIVED = 2
    STARTED = 3
    PERFORMED = 4
    PRELIMINARY = 5
    SIGNED = 6
    PAID = 7


@dataclass(frozen=True)
class Wording:
    """What the report says."""

    findings: str
    impression: str
    technique: str = ""  # else the template's own


@dataclass(frozen=True)
class Story:
    key: str
    person: Person
    clinician: Clinician
    code: str
    station: str
    reason: str
    until: Stage
    patient_class: str = "O"
    priority: str = "R"
    form: str = "omi"
    in_minutes: int = 0  # when it is wanted, from the start of the day's play
    wording: Wording | None = None
    changed_reason: str = ""  # an XO message brings it
    is_cancelled: bool = False
    is_broken_off: bool = False
    registered_twice_as: Person | None = None  # ordered under this one, merged afterwards


CLEAR_CHEST = Wording("Lungs clear. No pleural effusion. Heart and mediastinum of normal size.", "No acute finding in the chest.")
NODULE = Wording(
    "Right upper lobe: solid nodule of 6 mm. No further nodule. No enlarged lymph nodes. No effusion.",
    "Solid nodule of 6 mm in the right upper lobe. Low-dose CT in 12 months is advised.",
)
HEAD_PLAIN = Wording(
    "No haemorrhage. Ventricles and sulci as expected at this age. Midline in place. Bone window without fracture.",
    "No acute intracranial finding.",
)
GASTRITIS = Wording("胃窦黏膜充血水肿，未见溃疡及新生物。幽门圆，开闭好。", "慢性非萎缩性胃炎。")
ABDOMEN = Wording(
    "Liver, gallbladder, pancreas, spleen and both kidneys without finding. No free fluid.", "Normal ultrasound of the abdomen."
)
CORONARY = Wording(
    "右冠状动脉粗大，中段约40%狭窄，血流TIMI 3级。", "右冠状动脉中段轻度狭窄。", "经右桡动脉入路，碘克沙醇60 ml，左前斜30°摄影。"
)

STORIES: tuple[Story, ...] = (
    Story(
        "01",
        people.WANG_XIUYING,
        people.CHEN_WEI,
        "CT-CHEST",
        "CT1",
        "Cough and low fever for two weeks, former smoker",
        Stage.PAID,
        wording=NODULE,
    ),
    Story(
        "02",
        people.JOHN_CARTER,
        people.SHAW,
        "CT-HEAD",
        "CT2",
        "Sudden headache on the ward, blood pressure 180/105",
        Stage.SIGNED,
        patient_class="I",
        priority="A",
        form="orm",
        wording=HEAD_PLAIN,
    ),
    Story("03", people.LI_XIAOMING, people.GAO, "DX-CHEST", "DX1", "咳嗽、发热三天", Stage.PERFORMED, form="orm"),
    Story("04", people.ZHANG_WEI, people.SHAW, "MR-BRAIN", "MR1", "Dizziness for a month, numb left hand", Stage.PERFORMED),
    Story("05", people.EMMA_NOVAK, people.GAO, "US-ABDOMEN", "US1", "Recurring abdominal pain", Stage.PRELIMINARY, wording=ABDOMEN),
    Story(
        "06",
        people.CHEN_GUOHUA,
        people.CHEN_WEI,
        "CT-CHEST",
        "CT1",
        "Yearly follow-up of a nodule",
        Stage.PERFORMED,
        patient_class="I",
    ),
    Story(
        "07",
        people.UNKNOWN,
        people.TANG,
        "CT-HEAD",
        "CT1",
        "Found unconscious in the street, GCS 9, no papers",
        Stage.PERFORMED,
        patient_class="E",
        priority="S",
        form="orm",
    ),
    Story("08", people.LIU_YANG, people.SHAW, "MR-BRAIN", "MR1", "偏头痛", Stage.ORDERED, in_minutes=60, is_cancelled=True),
    Story(
        "09",
        people.ROBERT_OBRIEN,
        people.SHAW,
        "MR-BRAIN",
        "MR1",
        "Tinnitus on the right",
        Stage.STARTED,
        in_minutes=30,
        is_broken_off=True,
    ),
    Story("10", people.ZHAO_MIN, people.XU, "MG-SCREEN", "MG1", "两年一次的乳腺筛查", Stage.ARRIVED, in_minutes=20, form="orm"),
    Story(
        "11",
        people.SUN_LI,
        people.MOORE,
        "XA-CORONARY",
        "XA1",
        "Exertional chest pain; wheezed after contrast in 2021, premedicated",
        Stage.PRELIMINARY,
        patient_class="I",
        wording=CORONARY,
    ),
    Story("12", people.ZHOU_TAO, people.FANG, "ES-GASTRO", "ES1", "上腹不适伴反酸半年", Stage.PAID, wording=GASTRITIS),
    Story("13", people.AHMED_HASSAN, people.CHEN_WEI, "PET-CT", "PT1", "Staging of a lung mass", Stage.ORDERED, in_minutes=120),
    Story(
        "14", people.WU_JING, people.FANG, "US-ABDOMEN", "US1", "Gallstones in the family, pain after meals", Stage.ARRIVED, in_minutes=25
    ),
    Story("15", people.MARIA_GARCIA, people.TANG, "CT-CHEST", "CT2", "Fall from a bicycle", Stage.STARTED, patient_class="E", priority="S"),
    Story(
        "16",
        people.HUANG_LEI,
        people.GAO,
        "CT-HEAD",
        "CT2",
        "Hit by a ball",
        Stage.ORDERED,
        in_minutes=45,
        changed_reason="Hit by a ball, vomited twice since",
    ),
    Story(
        "17",
        people.LIN_FANG,
        people.CHEN_WEI,
        "DX-CHEST",
        "DX1",
        "入职体检",
        Stage.SIGNED,
        wording=CLEAR_CHEST,
        registered_twice_as=people.LIN_FANG_AGAIN,
    ),
)
