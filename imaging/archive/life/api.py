"""REST for the storage: its state, rules, holds, and lists of deletions. The same services, policy and audit as the pages."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from imaging.access.audit import audit_list, audit_look
from imaging.access.permissions import MayAct
from imaging.access.rest import caller
from imaging.access.roles import Act
from imaging.archive.life.deletion import deletion_approve, deletion_propose, deletion_withdraw, item_keep
from imaging.archive.life.forms import RuleForm
from imaging.archive.life.holds import hold_place, hold_release, holds_in_force
from imaging.archive.life.models import StorageRule
from imaging.archive.life.selectors import (
    SHOWN,
    finding_for,
    findings_found,
    findings_shown,
    hold_for,
    holds_shown,
    item_for,
    items_shown,
    named,
    proposal_for,
    proposals_found,
    rule_for,
    savings,
    studies_with_images,
    task_for,
    tasks_shown,
    tiers_shown,
)  # fmt: skip
from imaging.archive.life.serializers import (
    ApprovalInput,
    FindingFilter,
    FindingOutput,
    HoldInput,
    HoldOutput,
    ItemOutput,
    ProposalOutput,
    ReasonInput,
    RuleOutput,
    SeenToOutput,
    TaskOutput,
    TierOutput,
)  # fmt: skip
from imaging.archive.life.services import rule_save, task_retry, task_stop
from imaging.archive.life.settling import finding_see_to
from imaging.common.api import listed
from imaging.common.errors import InvalidInput, NotFound
from imaging.common.typed import whole_number
from imaging.orders.selectors import exam_for

HOLDS_SHOWN = 500


def _taken(form: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    filled = form(data=request.data)
    filled.is_valid(raise_exception=True)
    return dict(filled.validated_data)


def _page(request: Request) -> int:
    return min(1000, max(1, whole_number(request.query_params.get("page", "")) or 1))


class ManagedView(APIView):
    permission_classes = (MayAct,)
    act: ClassVar[Act] = Act.STORAGE_MANAGE


class StorageView(ManagedView):
    """Tiers, what compression saves, work under way or failed, and what the checks found."""

    @extend_schema(responses=dict)
    def get(self, request: Request) -> Response:
        user = caller(request)
        audit_list(user=user, act="storage.view", door="api")
        return Response(
            {
                "tiers": TierOutput(tiers_shown(), many=True).data,  # type: ignore[arg-type]
                "compression": savings(),
                "tasks": TaskOutput(tasks_shown(user), many=True).data,  # type: ignore[arg-type]
                "findings": FindingOutput(findings_shown(user), many=True).data,  # type: ignore[arg-type]
            }
        )


class TaskActView(ManagedView):
    """Try a task again, or stop it."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, pk: int, deed: str) -> Response:
        acts = {"retry": task_retry, "stop": task_stop}
        if deed not in acts:
            raise NotFound(_("There is no such act."))
        user = caller(request)
        acts[deed](user=user, task=task_for(user, pk), door="api")
        return Response(status=204)


class FindingsView(ManagedView):
    """What the checks found and is open, or settled, the newest first."""

    @extend_schema(operation_id="storage_findings_list", parameters=[FindingFilter], responses=listed(FindingOutput))
    def get(self, request: Request) -> Response:
        filled = FindingFilter(data=request.query_params)
        filled.is_valid(raise_exception=True)
        user, wanted = caller(request), dict(filled.validated_data)
        page = wanted.pop("page")
        audit_list(
            user=user, act="storage.findings", door="api", kind=wanted["kind"], tier=wanted["tier"], settled="yes" * wanted["settled"]
        )
        rows = findings_shown(user, findings_found(**wanted)[(page - 1) * SHOWN : page * SHOWN])
        return Response({"results": FindingOutput(rows, many=True).data})  # type: ignore[arg-type]


class FindingView(ManagedView):
    """One finding."""

    @extend_schema(responses=FindingOutput)
    def get(self, request: Request, pk: int) -> Response:
        user = caller(request)
        [row] = findings_shown(user, [finding_for(user, pk)])
        audit_look(user=user, act="storage.finding", door="api", key=str(pk), finding=pk)
        return Response(FindingOutput(row).data)


class FindingActView(ManagedView):
    """What a person does about a finding, as on the page: `look-again` at an object's file, `take-in` or `remove` a file without one."""

    @extend_schema(request=ReasonInput, responses=SeenToOutput)
    def post(self, request: Request, pk: int, deed: str) -> Response:
        user, reason = caller(request), _taken(ReasonInput, request)["reason"]
        says = finding_see_to(user=user, finding=finding_for(user, pk), deed=deed, reason=reason, door="api")
        [row] = findings_shown(user, [finding_for(user, pk)])
        return Response({"says": says, "finding": FindingOutput(row).data})


class RulesView(ManagedView):
    """The rules (GET); another one (POST)."""

    @extend_schema(operation_id="storage_rules_list", responses=listed(RuleOutput))
    def get(self, request: Request) -> Response:
        rows = StorageRule.objects.select_related("author").order_by("kind", "pk")
        return Response({"results": RuleOutput(rows, many=True).data})

    @extend_schema(request=RuleOutput, responses={201: RuleOutput})
    def post(self, request: Request) -> Response:
        return Response(RuleOutput(_kept(request, None)).data, status=201)


class RuleView(ManagedView):
    """One rule (GET), or as it is to be from now on, with all its conditions (PUT)."""

    @extend_schema(responses=RuleOutput)
    def get(self, request: Request, pk: int) -> Response:
        return Response(RuleOutput(rule_for(caller(request), pk)).data)

    @extend_schema(request=RuleOutput, responses=RuleOutput)
    def put(self, request: Request, pk: int) -> Response:
        return Response(RuleOutput(_kept(request, rule_for(caller(request), pk))).data)


def _kept(request: Request, rule: StorageRule | None) -> StorageRule:
    """By the form of the page, so that both refuse the same. Raises InvalidInput."""
    given = request.data if isinstance(request.data, dict) else {}
    form = RuleForm({"is_active": True, **{name: value for name, value in given.items() if value is not None}}, instance=rule)
    if not form.is_valid():
        field, errors = next(iter(form.errors.items()))
        raise InvalidInput(str(errors[0]), field=field)
    return rule_save(user=caller(request), rule=form.save(commit=False), door="api")


class HoldsView(ManagedView):
    """Holds in force (GET); another one (POST)."""

    @extend_schema(responses=listed(HoldOutput))
    def get(self, request: Request) -> Response:
        user = caller(request)
        audit_list(user=user, act="storage.holds", door="api")
        found = holds_shown(user, holds_in_force().order_by("-pk")[:HOLDS_SHOWN])
        return Response({"results": HoldOutput(found, many=True).data})  # type: ignore[arg-type]

    @extend_schema(request=HoldInput, responses={201: HoldOutput})
    def post(self, request: Request) -> Response:
        values, user = _taken(HoldInput, request), caller(request)
        hold = hold_place(user=user, reason=values["reason"], door="api", **named(user, values["what"], values["number"]))
        return Response(HoldOutput(holds_shown(user, [hold])[0]).data, status=201)


class HoldReleaseView(ManagedView):
    """Let a hold go; why has to be said."""

    @extend_schema(request=ReasonInput, responses={204: None})
    def post(self, request: Request, pk: int) -> Response:
        user = caller(request)
        hold_release(user=user, hold=hold_for(user, pk), reason=_taken(ReasonInput, request)["reason"], door="api")
        return Response(status=204)


class ExamDeleteView(ManagedView):
    """Propose to delete the images of an exam: a list that a second person has to approve."""

    @extend_schema(request=ReasonInput, responses={201: ProposalOutput})
    def post(self, request: Request, accession: str) -> Response:
        user, reason = caller(request), _taken(ReasonInput, request)["reason"]
        proposal = deletion_propose(user=user, studies=studies_with_images(exam_for(user, accession)), reason=reason, door="api")
        return Response(ProposalOutput(proposals_found().get(pk=proposal.pk)).data, status=201)


class ApprovingView(APIView):
    permission_classes = (MayAct,)
    act: ClassVar[Act] = Act.DELETION_APPROVE


class DeletionsView(ApprovingView):
    """Lists of studies to be deleted, the newest first; `page` from 1."""

    @extend_schema(operation_id="storage_deletions_list", responses=listed(ProposalOutput))
    def get(self, request: Request) -> Response:
        audit_list(user=caller(request), act="storage.deletions", door="api")
        page = _page(request)
        return Response({"results": ProposalOutput(proposals_found()[(page - 1) * SHOWN : page * SHOWN], many=True).data})


class DeletionView(ApprovingView):
    """One list with its studies, a page at a time."""

    @extend_schema(responses=ProposalOutput)
    def get(self, request: Request, pk: int) -> Response:
        user = caller(request)
        proposal = proposal_for(user, pk)
        audit_look(user=user, act="storage.deletion", door="api", key=str(pk), proposal=pk)
        items = ItemOutput(items_shown(user, proposal, _page(request)), many=True)  # type: ignore[arg-type]
        return Response({**ProposalOutput(proposal).data, "items": items.data})


class DeletionApproveView(ApprovingView):
    """A second person's yes to what they saw."""

    @extend_schema(request=ApprovalInput, responses=ProposalOutput)
    def post(self, request: Request, pk: int) -> Response:
        user, seen = caller(request), _taken(ApprovalInput, request)["seen"]
        deletion_approve(user=user, proposal=proposal_for(user, pk), seen_items=seen, door="api")
        return Response(ProposalOutput(proposal_for(user, pk)).data)


class DeletionWithdrawView(ApprovingView):
    """Stop a list; its studies are kept."""

    @extend_schema(request=ReasonInput, responses=ProposalOutput)
    def post(self, request: Request, pk: int) -> Response:
        user, reason = caller(request), _taken(ReasonInput, request)["reason"]
        deletion_withdraw(user=user, proposal=proposal_for(user, pk), reason=reason, door="api")
        return Response(ProposalOutput(proposal_for(user, pk)).data)


class ItemKeepView(ApprovingView):
    """Take one study off a list."""

    @extend_schema(request=ReasonInput, responses={204: None})
    def post(self, request: Request, pk: int) -> Response:
        user = caller(request)
        item_keep(user=user, item=item_for(user, pk), reason=_taken(ReasonInput, request)["reason"], door="api")
        return Response(status=204)
