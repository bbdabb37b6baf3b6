"""N-CREATE of an Instance Availability Notification (PS3.4 Annex R): which objects of a study can be had, and from whom."""

from itertools import groupby

from django.conf import settings
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pynetdicom.presentation import build_context

from imaging.archive.models import Instance, Study
from imaging.common.dicom import uid_new
from imaging.common.said import said as _
from imaging.dimse.contexts import AVAILABILITY, PERFORMED_STEP
from imaging.dimse.models import RemoteNode
from imaging.dimse.scu.client import PeerLost, associated, status_of
from imaging.scheduling.models import PerformedStep

Row = tuple[str, str, str]


def availability_notify(*, node: RemoteNode, study: Study) -> int:
    """Tell `node` what is here of `study`; how many objects that is. Raises PeerUnreachable, or PeerLost when it does not take it."""
    rows = Instance.objects.filter(series__study=study).order_by("series_id", "instance_number", "pk")
    held: list[Row] = list(rows.values_list("series__series_instance_uid", "sop_class_uid", "sop_instance_uid"))
    with associated(node.host, node.port, node.ae_title, [build_context(AVAILABILITY)]) as assoc:
        status = status_of(assoc.send_n_create(_notification(study, held), AVAILABILITY, uid_new())[0])
    if status != 0:
        raise PeerLost(_("%(node)s answered the notification with %(status)s.") % {"node": node.ae_title, "status": f"{status:04X}"})
    return len(held)


def _notification(study: Study, held: list[Row]) -> Dataset:
    told = Dataset()
    told.SpecificCharacterSet = "ISO_IR 192"
    told.PatientName, told.PatientID, told.AccessionNumber = study.patient_name, study.patient_id, study.accession_number
    told.StudyInstanceUID = study.study_instance_uid
    told.ReferencedPerformedProcedureStepSequence = Sequence(_performed(study))
    told.ReferencedSeriesSequence = Sequence([_series(uid, list(rows)) for uid, rows in groupby(held, key=lambda row: row[0])])
    return told


def _performed(study: Study) -> list[Dataset]:
    items = []
    for uid in PerformedStep.objects.filter(study_instance_uid=study.study_instance_uid).values_list("sop_instance_uid", flat=True):
        item = Dataset()
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = PERFORMED_STEP, uid
        item.PerformedWorkitemCodeSequence = Sequence()
        items.append(item)
    return items


def _series(uid: str, rows: list[Row]) -> Dataset:
    series = Dataset()
    series.SeriesInstanceUID = uid
    series.ReferencedSOPSequence = Sequence(_reference(*row[1:]) for row in rows)
    return series


def _reference(sop_class_uid: str, sop_instance_uid: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class_uid, sop_instance_uid
    item.InstanceAvailability, item.RetrieveAETitle = "ONLINE", settings.AE_TITLE
    return item
