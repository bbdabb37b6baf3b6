"""REST operations on measurements on planes that are cut through series of a study."""

from drf_spectacular.utils import extend_schema, extend_schema_view

from imaging.common.api import listed
from imaging.viewer.api import MarksView, MarkView, told
from imaging.viewer.planes.selectors import plane_marks_of
from imaging.viewer.planes.serializers import PlaneMarkInput, PlaneMarkOutput
from imaging.viewer.planes.services import plane_mark_remove, plane_mark_save


@extend_schema_view(get=extend_schema(responses=listed(PlaneMarkOutput)))
class PlaneMarksView(MarksView):
    """The measurements on cut planes of a study."""

    marks_of = plane_marks_of
    output = PlaneMarkOutput


@told(PlaneMarkInput, PlaneMarkOutput)
class PlaneMarkView(MarkView):
    """One measurement on a cut plane, named by the viewer that made it: sent again it is kept once."""

    input, output = PlaneMarkInput, PlaneMarkOutput
    save, remove = plane_mark_save, plane_mark_remove
