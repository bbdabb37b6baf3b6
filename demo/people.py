"""The cast: patients, and the clinicians who send them. All are invented."""

from dataclasses import dataclass, field
from datetime import date

ISSUER = "HOSPITAL"


@dataclass(frozen=True)
class Person:
    number: str
    family: str
    given: str
    sex: str
    born: date | None
    ideographic: tuple[str, str] | None = None  # family and given name in characters
    phone: str = ""
    address: str = ""
    allergies: tuple[tuple[str, str], ...] = field(default=())  # what, and how it shows
    is_vip: bool = False
    is_unidentified: bool = False


@dataclass(frozen=True)
class Clinician:
    code: str
    family: str
    given: str
    department: str


# The demo account `clinician`: these patients are the ones it sees.
CHEN_WEI = Clinician("C001", "陈", "伟", "Respiratory clinic 3")
SHAW = Clinician("D1002", "Shaw", "Helen", "Neurology")
GAO = Clinician("D1003", "高", "远", "Paediatrics")
TANG = Clinician("D1004", "唐", "宁", "Emergency department")
MOORE = Clinician("D1005", "Moore", "Daniel", "Cardiology")
FANG = Clinician("D1006", "方", "敏", "Gastroenterology")
XU = Clinician("D1007", "许", "岚", "Breast clinic")

WANG_XIUYING = Person("00300101", "Wang", "Xiuying", "F", date(1957, 3, 12), ("王", "秀英"), "13800010001", "18 Zhongshan Road")
JOHN_CARTER = Person("00300102", "Carter", "John", "M", date(1971, 8, 2), phone="13800010002", allergies=(("Penicillin", "rash"),))
LI_XIAOMING = Person("00300103", "Li", "Xiaoming", "M", date(2018, 5, 30), ("李", "小明"), "13800010003")
ZHANG_WEI = Person("00300104", "Zhang", "Wei", "M", date(1985, 11, 19), ("张", "伟"), "13800010004")
EMMA_NOVAK = Person("00300105", "Novak", "Emma", "F", date(2014, 1, 8), phone="13800010005", allergies=(("Peanut", "urticaria"),))
CHEN_GUOHUA = Person("00300106", "Chen", "Guohua", "M", date(1949, 10, 1), ("陈", "国华"), "13800010006", is_vip=True)
UNKNOWN = Person("90000107", "Unknown", "Emergency 7", "M", None, is_unidentified=True)
LIU_YANG = Person("00300108", "Liu", "Yang", "F", date(1990, 7, 23), ("刘", "洋"), "13800010008")
ROBERT_OBRIEN = Person("00300109", "O'Brien", "Robert", "M", date(1963, 12, 5), phone="13800010009")
ZHAO_MIN = Person("00300110", "Zhao", "Min", "F", date(1978, 4, 17), ("赵", "敏"), "13800010010")
SUN_LI = Person("00300111", "Sun", "Li", "F", date(1966, 9, 9), ("孙", "丽"), "13800010011", allergies=(("Iodinated contrast", "wheeze"),))
ZHOU_TAO = Person("00300112", "Zhou", "Tao", "M", date(1959, 2, 28), ("周", "涛"), "13800010012")
AHMED_HASSAN = Person("00300113", "Hassan", "Ahmed", "M", date(1952, 6, 14), phone="13800010013")
WU_JING = Person("00300114", "Wu", "Jing", "F", date(1999, 12, 31), ("吴", "静"), "13800010014")
MARIA_GARCIA = Person("00300115", "García", "María", "F", date(1988, 3, 3), phone="13800010015")
HUANG_LEI = Person("00300116", "Huang", "Lei", "M", date(2009, 8, 21), ("黄", "磊"), "13800010016")
LIN_FANG = Person("00300117", "Lin", "Fang", "F", date(1982, 10, 10), ("林", "芳"), "13800010017")
LIN_FANG_AGAIN = Person("00300917", "Lin", "Fang", "F", date(1982, 10, 10), ("林", "芳"))
