"""What the browser fetches ahead: the series of the next exam that the viewer will show first."""

from typing import Any

from django.urls import reverse

from imaging.access.models import User
from imaging.archive.looks import ahead_offer
from imaging.archive.models import Study
from imaging.archive.selectors import studies_visible_to
from imaging.viewer.display_sets import display_sets
from imaging.viewer.first import first_shown
from imaging.viewer.priors import priors_of
from imaging.viewer.selectors import DICOMWEB_ROOT
from reporting.reading.filters import ListFilter
from reporting.reading.rows import following, open_rows


def ahead_of(user: User, asked: ListFilter, after: str = "") -> dict[str, Any]:
    """The page and the display sets of the exam that comes next for `user` in this list; none when nothing waits, or when its images do
    not exist for `user` before they have taken it."""
    exam = next(following(open_rows(user, asked), asked, after), None)
    studies = studies_visible_to(user).filter(exam=exam, instance_count__gt=0) if exam else Study.objects.none()
    study = studies.order_by("-instance_count").first()
    if study is None:
        return {"dicomweb": DICOMWEB_ROOT, "page": "", "sets": [], "first": ""}
    ahead_offer(user=user, studies=[study, *(prior.study for prior in priors_of(user=user, study=study))])
    sets = display_sets(study, root=DICOMWEB_ROOT)
    page = reverse("viewer", args=[study.study_instance_uid])
    return {"dicomweb": DICOMWEB_ROOT, "page": page, "sets": sets, "first": first_shown(user=user, study=study, sets=sets)}
