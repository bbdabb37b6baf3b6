"""What the light page tells its script: the same studies as the viewer's, few words, and where each key image was taken."""

from collections.abc import Sequence
from typing import Any

from imaging.access.policy import Person
from imaging.archive.models import Study
from imaging.archive.selectors import studies_visible_to
from imaging.orders.models import Exam
from imaging.viewer.models import KeyImage
from imaging.viewer.selectors import DICOMWEB_ROOT, key_images_of, study_entries
from imaging.viewer.words import light_words

MOST_STUDIES = 8


def studies_of_exam(*, user: Person, exam: Exam) -> list[Study]:
    """The studies of `exam` that have images and exist for `user`, in the order in which they came."""
    found = studies_visible_to(user).filter(exam=exam, instance_count__gt=0).order_by("first_received_at", "pk")
    return list(found.select_related("matched_patient", "exam", "exam__procedure", "exam__order")[:MOST_STUDIES])


def light_data(*, user: Person, studies: Sequence[Study]) -> dict[str, Any]:
    """Everything that the script of the light page needs to begin."""
    return {
        "dicomweb": DICOMWEB_ROOT,
        "studies": study_entries(user=user, studies=studies) if studies else [],
        "keyImages": [_key(image) for study in studies for image in key_images_of(study=study)],
        "words": light_words(),
    }


def _key(image: KeyImage) -> dict[str, Any]:
    window = [image.window_centre, image.window_width] if image.window_centre is not None and image.window_width else None
    return {"id": image.pk, "instance": image.instance.sop_instance_uid, "frame": image.frame, "window": window}
