"""What is done with an exam, over REST: arrival, call, take, start, end, and what was used."""

from typing import ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from imaging.access.models import User
from imaging.access.permissions import MayAct
from imaging.access.rest import caller, checked
from imaging.access.roles import Act
from imaging.orders.api import exam_answer, exam_looked
from imaging.orders.models import Exam
from imaging.orders.selectors import exam_for
from imaging.orders.serializers import ExamSerializer
from imaging.patients.serializers import ActReasonSerializer
from imaging.scheduling import performing
from imaging.scheduling.selectors import used_items
from imaging.scheduling.serializers import UsedItemSerializer


class ExamActView(APIView):
    """Base: one act on one exam, answered with the exam as it is then."""

    act = Act.EXAM_PERFORM
    permission_classes = (MayAct,)

    @extend_schema(request=None, responses=ExamSerializer)
    def post(self, request: Request, accession: str) -> Response:
        exam = exam_for(caller(request), accession)
        self.do(exam, caller(request))
        return exam_answer(request, exam)

    def do(self, exam: Exam, user: User) -> None:
        raise NotImplementedError


class CheckInView(ExamActView):
    """The patient is here."""

    act = Act.STEP_BOOK

    def do(self, exam: Exam, user: User) -> None:
        performing.exam_check_in(exam=exam, user=user, door="api")


class CheckInUndoView(ExamActView):
    """Take the arrival back."""

    act = Act.STEP_BOOK

    def do(self, exam: Exam, user: User) -> None:
        performing.exam_check_in_undo(exam=exam, user=user, door="api")


class CallView(ExamActView):
    """Call the patient into the room."""

    def do(self, exam: Exam, user: User) -> None:
        performing.exam_call(exam=exam, user=user, door="api")


class TakeView(ExamActView):
    """Take the exam; a protected patient is opened to who takes it."""

    def do(self, exam: Exam, user: User) -> None:
        performing.exam_take(exam=exam, user=user, door="api")


class ReleaseView(ExamActView):
    """Give a taken exam back."""

    def do(self, exam: Exam, user: User) -> None:
        performing.exam_release(exam=exam, user=user, door="api")


class StartView(ExamActView):
    """The exam begins."""

    def do(self, exam: Exam, user: User) -> None:
        performing.exam_start(exam=exam, user=user, door="api")


class StartUndoView(ExamActView):
    """Started by mistake."""

    def do(self, exam: Exam, user: User) -> None:
        performing.exam_start_undo(exam=exam, user=user, door="api")


class FinishView(ExamActView):
    """The exam has ended."""

    def do(self, exam: Exam, user: User) -> None:
        performing.exam_finish(exam=exam, user=user, door="api")


class DiscontinueView(APIView):
    """Break the exam off."""

    act = Act.EXAM_PERFORM
    permission_classes = (MayAct,)

    @extend_schema(request=ActReasonSerializer, responses=ExamSerializer)
    def post(self, request: Request, accession: str) -> Response:
        exam = exam_for(caller(request), accession)
        performing.exam_discontinue(exam=exam, reason=checked(ActReasonSerializer, request)["reason"], user=caller(request), door="api")
        return exam_answer(request, exam)


class UsedItemsView(APIView):
    """Contrast and consumables used in the exam."""

    acts: ClassVar = {"get": Act.EXAM_LIST, "post": Act.EXAM_PERFORM}
    permission_classes = (MayAct,)

    @extend_schema(responses=UsedItemSerializer(many=True))
    def get(self, request: Request, accession: str) -> Response:
        return Response(UsedItemSerializer(used_items(exam_looked(request, accession)), many=True).data)

    @extend_schema(request=UsedItemSerializer, responses={201: UsedItemSerializer})
    def post(self, request: Request, accession: str) -> Response:
        exam = exam_for(caller(request), accession)
        item = performing.used_item_record(exam=exam, user=caller(request), door="api", **checked(UsedItemSerializer, request))
        return Response(UsedItemSerializer(item).data, status=201)


class UsedItemView(APIView):
    act = Act.EXAM_PERFORM
    permission_classes = (MayAct,)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, accession: str, pk: int) -> Response:
        item = get_object_or_404(exam_for(caller(request), accession).used_items, pk=pk)
        performing.used_item_remove(item=item, user=caller(request), door="api")
        return Response(status=204)
