"""REST for corrections: the same services as the page."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from imaging.access.permissions import MayAct
from imaging.access.rest import caller
from imaging.access.roles import Act
from imaging.archive.corrections.correcting import Wanted, Wish, correction_make
from imaging.archive.corrections.forms import UIDS_LIMIT
from imaging.archive.corrections.reasons import REASONS
from imaging.archive.corrections.selectors import Shown, correction_for, corrections_of
from imaging.archive.corrections.undo import correction_undo
from imaging.archive.looks import audit_study_look
from imaging.archive.models import Study
from imaging.archive.selectors import study_for
from imaging.common.api import listed


class CorrectionInput(serializers.Serializer[Study]):
    """`target`: "exam:ACCESSION" or an accession number, "patient:KEY", "study:UID"; not for `reject`.

    No series: all of the study, except for `reject`.
    """

    wish = serializers.ChoiceField(choices=Wish.choices)
    series = serializers.ListField(child=serializers.RegexField(r"^[0-9.]{1,64}$"), max_length=UIDS_LIMIT, default=list)
    images = serializers.ListField(child=serializers.RegexField(r"^[0-9.]{1,64}$"), max_length=UIDS_LIMIT, default=list)
    target = serializers.CharField(max_length=80, default="", allow_blank=True)
    code = serializers.ChoiceField(choices=[("", ""), *((one.code, one.meaning) for one in REASONS.values())], default="", allow_blank=True)
    reason = serializers.CharField(max_length=200, default="", allow_blank=True)


class CorrectionOutput(serializers.Serializer[Shown]):
    """A correction as its study's page shows it; the other side is empty where the caller may not see it."""

    id = serializers.IntegerField(source="correction.pk")
    kind = serializers.CharField(source="correction.kind")
    code = serializers.CharField(source="correction.code")
    reason = serializers.CharField(source="told")
    images = serializers.IntegerField(source="correction.images")
    actor = serializers.CharField(source="correction.actor")
    created_at = serializers.DateTimeField(source="correction.created_at")
    undone_at = serializers.DateTimeField(source="correction.undone_at")
    is_away = serializers.BooleanField()
    other_study = serializers.SerializerMethodField()
    undo_refused_because = serializers.CharField(source="refusal")

    def get_other_study(self, shown: Shown) -> str:
        return shown.other.study_instance_uid if shown.other else ""


class StudyCorrectionsView(APIView):
    """What was corrected of a study (GET), and a new correction (POST)."""

    permission_classes = (MayAct,)
    act: ClassVar[Act] = Act.IMAGES_REJECT

    @extend_schema(responses=listed(CorrectionOutput))
    def get(self, request: Request, uid: str) -> Response:
        study = study_for(request.user, uid)
        audit_study_look(user=caller(request), study=study, door="api")
        history = CorrectionOutput(corrections_of(caller(request), study), many=True)  # type: ignore[arg-type]
        return Response({"results": history.data})

    @extend_schema(request=CorrectionInput, responses={201: CorrectionOutput})
    def post(self, request: Request, uid: str) -> Response:
        user, study = caller(request), study_for(request.user, uid)
        form = CorrectionInput(data=request.data)
        form.is_valid(raise_exception=True)
        values: dict[str, Any] = dict(form.validated_data)
        wanted = Wanted(**{**values, "wish": Wish(values["wish"])})
        correction = correction_make(user=user, study=study, wanted=wanted, door="api")
        return Response(_said(user, study, correction.pk), status=201)


class CorrectionUndoView(APIView):
    """Take a correction back."""

    permission_classes = (MayAct,)
    act: ClassVar[Act] = Act.IMAGES_REJECT

    @extend_schema(request=None, responses=CorrectionOutput)
    def post(self, request: Request, pk: int) -> Response:
        user = caller(request)
        correction = correction_undo(user=user, correction=correction_for(user, pk), door="api")
        return Response(_said(user, correction.source, correction.pk))


def _said(user: Any, study: Study, pk: int) -> dict[str, Any]:
    return next(dict(CorrectionOutput(shown).data) for shown in corrections_of(user, study) if shown.correction.pk == pk)
