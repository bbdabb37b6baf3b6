"""Rooms, slots, orders with their booking, and bookings over REST. What is done with an exam: `api_exams.py`."""

import datetime as dt
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from imaging.access.audit import audit_look
from imaging.access.permissions import MayAct
from imaging.access.rest import caller, checked
from imaging.access.roles import Act
from imaging.common.errors import InvalidInput
from imaging.common.typed import day_typed, whole_number
from imaging.orders.models import OrderSource
from imaging.orders.selectors import exam_for, procedure_by_code
from imaging.orders.serializers import OrderSerializer
from imaging.orders.services import OrderItem
from imaging.patients.cards import Eyes
from imaging.patients.selectors import patient_for
from imaging.scheduling.desk import Place, exam_place, order_register
from imaging.scheduling.models import Room, ScheduledStep, SlotHold
from imaging.scheduling.selectors import room_by_code, rooms_active, rooms_fitting, slots_free, step_for, steps_visible_to
from imaging.scheduling.serializers import (
    BookInSerializer,
    HoldInSerializer,
    HoldSerializer,
    MoveInSerializer,
    OrderInSerializer,
    RoomSerializer,
    SlotSerializer,
    StepSerializer,
)
from imaging.scheduling.services import LONGEST_MINUTES, slot_hold, slot_release, step_move

LIST_ROWS = 500
DAY_MINUTES = 24 * 60
DAY = OpenApiParameter("day", OpenApiTypes.DATE, description="Today by default.")


def day_of(request: Request) -> dt.date:
    """The day asked for, today by default. Raises InvalidInput."""
    text = request.query_params.get("day", "")
    day = day_typed(text) if text else timezone.localdate()
    if day is None:
        raise InvalidInput(_("The day is a date as 2026-11-23."), field="day")
    return day


class RoomsView(APIView):
    act = Act.EXAM_LIST
    permission_classes = (MayAct,)

    @extend_schema(responses=RoomSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(RoomSerializer(rooms_active(), many=True).data)


class SlotsView(APIView):
    """Free slots of a day, for a procedure (in every room that does it) or in one room."""

    act = Act.STEP_BOOK
    permission_classes = (MayAct,)

    @extend_schema(
        parameters=[DAY, OpenApiParameter("procedure"), OpenApiParameter("room"), OpenApiParameter("minutes", OpenApiTypes.INT)],
        responses=SlotSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        asked = request.query_params
        rooms, minutes = self._wanted(asked.get("procedure", ""), asked.get("room", ""))
        minutes = min(whole_number(asked.get("minutes", "")) or minutes, LONGEST_MINUTES)
        slots = slots_free(rooms=rooms, day=day_of(request), minutes=minutes, user=caller(request))
        return Response(SlotSerializer(slots, many=True).data)

    def _wanted(self, procedure: str, room: str) -> tuple[list[Room], int]:
        if not procedure and not room:
            raise InvalidInput(_("Name a procedure or a room."), field="procedure")
        found = procedure_by_code(procedure) if procedure else None
        rooms = [room_by_code(room)] if room else rooms_fitting(found) if found else []
        return rooms, found.minutes if found else 15


class HoldsView(APIView):
    """Keep a slot for five minutes."""

    act = Act.STEP_BOOK
    permission_classes = (MayAct,)

    @extend_schema(request=HoldInSerializer, responses={201: HoldSerializer})
    def post(self, request: Request) -> Response:
        data = checked(HoldInSerializer, request)
        data["room"] = room_by_code(data["room"])
        return Response(HoldSerializer(slot_hold(user=caller(request), **data)).data, status=201)


class HoldView(APIView):
    """Give a held slot back."""

    act = Act.STEP_BOOK
    permission_classes = (MayAct,)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        slot_release(hold=get_object_or_404(SlotHold, pk=pk, user=caller(request)), user=caller(request))
        return Response(status=204)


class OrdersView(APIView):
    """Enter an order of one or more exams; each is booked in the slot named for it, else in the next free one."""

    act = Act.ORDER_ENTER
    permission_classes = (MayAct,)

    @extend_schema(request=OrderInSerializer, responses={201: OrderSerializer})
    def post(self, request: Request) -> Response:
        data, user = checked(OrderInSerializer, request), caller(request)
        patient, lines = patient_for(user, data.pop("patient")), data.pop("items")
        order = order_register(
            patient=patient, items=[order_item(line) for line in lines], places=[place(line) for line in lines], user=user, door="api",
            source=OrderSource.API, **data,
        )  # fmt: skip
        return Response(OrderSerializer(order, context={"eyes": Eyes(user)}).data, status=201)


def order_item(line: dict[str, Any]) -> OrderItem:
    numbers = {name: line.get(name, "") for name in ("priority", "accession_number", "study_instance_uid")}
    return OrderItem(procedure=procedure_by_code(line["procedure"]), **numbers)


def place(line: dict[str, Any]) -> Place:
    return Place(room=room_by_code(line["room"]) if line.get("room") else None, starts_at=line.get("starts_at"))


class StepsView(APIView):
    """The bookings of a day, as the worklist shows them."""

    act = Act.EXAM_LIST
    permission_classes = (MayAct,)

    @extend_schema(parameters=[DAY, OpenApiParameter("room"), OpenApiParameter("accession_number")], responses=StepSerializer(many=True))
    def get(self, request: Request) -> Response:
        rows = steps_visible_to(caller(request)).order_by("starts_at", "pk")
        asked = request.query_params
        narrowed = {name: asked.get(name, "") for name in ("day", "room", "accession_number")}
        audit_look(user=caller(request), act="exam.list", door="api", key="steps", list="steps", **narrowed)
        if accession := asked.get("accession_number", ""):
            return Response(StepSerializer(rows.filter(exam__accession_number=accession), many=True).data)
        zone = timezone.get_current_timezone()
        begin = dt.datetime.combine(day_of(request), dt.time(), zone)
        rows = rows.filter(starts_at__gte=begin, starts_at__lt=begin + dt.timedelta(days=1))
        if room := asked.get("room", ""):
            rows = rows.filter(room__code=room)
        return Response(StepSerializer(rows[:LIST_ROWS], many=True).data)


class StepMoveView(APIView):
    """Another room or time."""

    act = Act.STEP_BOOK
    permission_classes = (MayAct,)

    @extend_schema(request=MoveInSerializer, responses=StepSerializer)
    def post(self, request: Request, pk: int) -> Response:
        data, step = checked(MoveInSerializer, request), step_for(caller(request), pk)
        return Response(StepSerializer(moved(request, step, data)).data)


def moved(request: Request, step: ScheduledStep, data: dict[str, Any]) -> ScheduledStep:
    room = room_by_code(data["room"]) if data.get("room") else None
    if data["overbook"] and step.exam.priority != "stat":
        raise InvalidInput(_("Only a STAT exam may be laid over another booking."), field="overbook")
    return step_move(
        step=step, room=room, starts_at=data.get("starts_at"), reason=data["reason"], overbook=data["overbook"], user=caller(request),
        door="api",
    )  # fmt: skip


class ExamBookView(APIView):
    """Book an exam that is not booked yet."""

    acts: ClassVar = {"post": Act.STEP_BOOK}
    permission_classes = (MayAct,)

    @extend_schema(request=BookInSerializer, responses={201: StepSerializer})
    def post(self, request: Request, accession: str) -> Response:
        data, user = checked(BookInSerializer, request), caller(request)
        where = Place(
            room=room_by_code(data["room"]) if data.get("room") else None, starts_at=data.get("starts_at") or data.get("earliest")
        )
        step = exam_place(
            exam=exam_for(user, accession), place=where, minutes=data["minutes"], overbook=data["overbook"], user=user, door="api"
        )
        return Response(StepSerializer(step).data, status=201)
