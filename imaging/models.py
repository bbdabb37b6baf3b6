"""The list of models that Django needs; each slice holds its own."""

from imaging.access.models import ApiToken, AuditEvent, AuditHead, User
from imaging.archive.corrections.models import Correction, ReceivedName, ReceivedSeries
from imaging.archive.life.models import (
    Compressed,
    DeletionItem,
    DeletionProposal,
    Duty,
    LegalHold,
    LooseFile,
    StaleDay,
    StorageDay,
    StorageFinding,
    StorageRule,
    StudyTask,
)
from imaging.archive.models import (
    CommitmentExam,
    CommitmentRequest,
    Instance,
    InstanceMetadata,
    IntegrityCase,
    Series,
    Study,
    StudyNameWord,
)
from imaging.dimse.models import DicomProcess, NodeLine, RemoteNode, WorklistQuery
from imaging.orders.models import Department, Exam, ExamEvent, Order, Procedure
from imaging.patients.models import NumberSeries, Patient, PatientIdentifier, PatientMerge, SearchWord, Visit
from imaging.routing.models import Routed, RoutingRule, StudyCopy, TransferItem, TransferJob
from imaging.scheduling.models import (
    Closure,
    OpeningHours,
    PerformedStep,
    Room,
    RoomAssignment,
    ScheduledStep,
    SlotHold,
    Station,
    UsedItem,
)
from imaging.viewer.hanging.models import HangingProtocol, HangingVersion
from imaging.viewer.keys.models import KeySet
from imaging.viewer.models import Annotation, KeyImage, ReadingLayout, SavedObject
from imaging.viewer.planes.models import PlaneMark

__all__ = [
    "Annotation", "ApiToken", "AuditEvent", "AuditHead", "Closure", "CommitmentExam", "CommitmentRequest", "Compressed", "Correction",
    "DeletionItem", "DeletionProposal", "Department", "DicomProcess", "Duty", "Exam", "ExamEvent", "HangingProtocol", "HangingVersion",
    "Instance", "InstanceMetadata", "IntegrityCase", "KeyImage", "KeySet", "LegalHold", "LooseFile", "NodeLine", "NumberSeries",
    "OpeningHours", "Order", "Patient", "PatientIdentifier", "PatientMerge", "PerformedStep", "PlaneMark", "Procedure", "ReadingLayout",
    "ReceivedName", "ReceivedSeries", "RemoteNode", "Room", "RoomAssignment", "Routed", "RoutingRule", "SavedObject", "ScheduledStep",
    "SearchWord", "Series", "SlotHold", "StaleDay", "Station", "StorageDay", "StorageFinding", "StorageRule", "Study", "StudyCopy",
    "StudyNameWord", "StudyTask", "TransferItem", "TransferJob", "UsedItem", "User", "Visit", "WorklistQuery",
]  # fmt: skip
