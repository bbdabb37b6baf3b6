"""Rules at work: which images of a study a rule is for, sending them, and what a rule would do.

Conditions on attributes are matched as C-FIND and QIDO match them (`archive.query_keys`, `archive.matching`). A rule keeps how far it has
come with each study and node (`Routed`), so that it sends no image twice and images that come late go after the others.
"""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F, Max, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.archive.life.duties import duty
from imaging.archive.models import Instance, Series, Study
from imaging.archive.search.matching import match
from imaging.archive.search.query_keys import Level, find_key
from imaging.archive.selectors import is_protected
from imaging.common.errors import InvalidInput, LightboxError
from imaging.dimse.models import RemoteNode
from imaging.orders.states import ExamState
from imaging.routing.lease import expires_at
from imaging.routing.models import ItemState, Routed, RoutingRule, RuleMoment, TransferItem, TransferJob, TransferKind, TransferState, YesNo
from imaging.routing.services import items_create, transfer_start
from imaging.routing.windows import opens_at

logger = logging.getLogger(__name__)
SIGNED = (ExamState.FINAL, ExamState.ADDENDED)
PREVIEW_DAYS, PREVIEW_STUDIES, PREVIEW_SHOWN = 7, 500, 20
DAILY_DAYS, DAILY_STUDIES = 7, 500
ORDER = ("series_id", "instance_number", "pk")


def rules_in_force() -> QuerySet[RoutingRule]:
    return RoutingRule.objects.filter(is_active=True, deleted_at=None).prefetch_related("nodes").order_by("position", "pk")


def rules_apply(*, study: Study, moment: RuleMoment) -> list[TransferJob]:
    """Let the rules of this moment act on `study`; of other moments those that have acted on it before, for images that come late."""
    rules = Q(moment=moment) | Q(pk__in=list(Routed.objects.filter(study=study).values_list("rule", flat=True)))
    made: list[TransferJob] = []
    for rule in rules_in_force().filter(rules):
        try:
            with transaction.atomic():
                made += rule_apply(rule=rule, study=study)
        except LightboxError as error:  # one that cannot be understood any more holds up neither the others nor the arrival
            logger.warning("Routing rule %d was left out: %s", rule.pk, error)
    return made


def rules_follow(*, study: Study, series: list[Series]) -> None:
    """A correction gave `series` to `study`: where a rule has sent the others, these go too, though they came earlier. A node that was sent
    them as they were is told by a person (`copies`), with the rejection note first."""
    locked = Study.objects.select_for_update(of=("self",)).select_related("exam", "matched_patient").get(pk=study.pk)
    for routed in Routed.objects.filter(study=study, rule__is_active=True, rule__deleted_at=None).select_related("rule", "node"):
        try:
            with transaction.atomic():
                _follow(routed, locked, series)
        except LightboxError as error:
            logger.warning("Routing rule %d was left out: %s", routed.rule_id, error)


def _follow(routed: Routed, study: Study, series: list[Series]) -> None:
    images = images_for(routed.rule, study)
    if images is None or routed.node not in nodes_for(routed.rule, is_shut=is_protected(study)):
        return
    moved = images_to_send(images.filter(series__in=series), routed.node, 0)
    keys = list(moved.order_by(*ORDER).values_list("pk", flat=True))
    if keys:
        Routed.objects.filter(pk=routed.pk).update(images=F("images") + len(keys), at=timezone.now())
        _job(routed.rule, study, routed.node, keys)


def rule_apply(*, rule: RoutingRule, study: Study) -> list[TransferJob]:
    """Send what `rule` is for and has not sent. Raises InvalidInput for conditions that cannot be understood."""
    locked = Study.objects.select_for_update(of=("self",)).select_related("exam", "matched_patient").get(pk=study.pk)
    images = images_for(rule, locked)
    if images is None:
        return []
    jobs = [_send(rule, locked, node, images) for node in nodes_for(rule, is_shut=is_protected(locked))]
    return [job for job in jobs if job is not None]


def images_for(rule: RoutingRule, study: Study) -> QuerySet[Instance] | None:
    """The images of `study` that `rule` is for, wherever they are to go; None when there is none."""
    if not _is_for(rule, study):
        return None
    shown = Instance.objects.filter(series__study=study, series__rejection=None)
    fitting = shown.filter(_attributes(rule))
    if not fitting.exists():
        return None
    return shown if rule.sends_whole_study else fitting


def _is_for(rule: RoutingRule, study: Study) -> bool:
    """What the exam and the patient say."""
    exam, wanted = study.exam, rule.priorities.lower().split()
    if wanted and (exam is None or exam.priority not in wanted):
        return False
    departments = {code.upper() for code in rule.departments.split()}
    if departments and (exam is None or exam.department.code.upper() not in departments):
        return False
    if rule.is_signed and (exam is not None and exam.state in SIGNED) != (rule.is_signed == YesNo.YES):
        return False
    return not rule.is_protected or is_protected(study) == (rule.is_protected == YesNo.YES)


def _attributes(rule: RoutingRule) -> Q:
    query = Q()
    if sources := rule.source_ae_titles.split():
        query &= Q(source_ae_title__in=sources)
    for name, value in rule.conditions:
        key = find_key(name)
        if key is None:  # without this condition it would send what it is not for
            raise InvalidInput(_("“%(name)s” cannot be searched for here.") % {"name": name})
        query &= match(key, value, Level.INSTANCE)
    return query


def nodes_for(rule: RoutingRule, *, is_shut: bool) -> list[RemoteNode]:
    """Where it may go now: nodes that are on, receive studies, and may see protected patients where it is one (`is_shut`)."""
    return [node for node in rule.nodes.all() if node.is_active and node.is_destination and (node.may_see_protected or not is_shut)]


def images_to_send(images: QuerySet[Instance], node: RemoteNode, through: int) -> QuerySet[Instance]:
    """Less what came from there, what the rule has seen, and what goes or went there anyway."""
    there = TransferItem.objects.filter(
        instance__in=images, job__node=node, job__kind=TransferKind.SEND, state__in=(ItemState.WAITING, ItemState.DONE)
    ).exclude(job__state=TransferState.CANCELLED, state=ItemState.WAITING)
    new = images.filter(pk__gt=through).exclude(source_ae_title=node.ae_title)
    return new.exclude(pk__in=there.values("instance"))


def _send(rule: RoutingRule, study: Study, node: RemoteNode, images: QuerySet[Instance]) -> TransferJob | None:
    routed = Routed.objects.filter(rule=rule, study=study, node=node).first() or Routed(rule=rule, study=study, node=node)
    keys = list(images_to_send(images, node, routed.through).order_by(*ORDER).values_list("pk", flat=True))
    newest = Instance.objects.filter(series__study=study).aggregate(newest=Max("pk"))["newest"] or 0
    if not keys and routed.pk is None:
        return None
    routed.through, routed.images = max(routed.through, newest), routed.images + len(keys)
    routed.at = timezone.now() if keys else routed.at
    routed.save()
    return _job(rule, study, node, keys) if keys else None


def _job(rule: RoutingRule, study: Study, node: RemoteNode, keys: list[int]) -> TransferJob:
    job = TransferJob.objects.create(
        kind=TransferKind.SEND, study=study, exam=study.exam, node=node, rule=rule, priority=rule.priority, total=len(keys),
        next_attempt_at=opens_at(rule) or timezone.now(), expires_at=expires_at(TransferKind.SEND),
    )  # fmt: skip
    items_create(job, keys)
    audit_record(
        act="transfer.send", door="rule", patient_number=study.patient_id, accession_number=study.accession_number,
        study_instance_uid=study.study_instance_uid, node=node.ae_title, images=len(keys), rule=rule.pk,
    )  # fmt: skip
    transfer_start(job)
    return job


def daily_rules_run() -> int:
    """Rules that act every day at a time, once it has come: studies of the last days that got images since they acted last."""
    looked = 0
    with duty("routing-rules") as held:
        if held is not None:
            for rule in rules_in_force().filter(moment=RuleMoment.DAILY):
                if is_daily_due(rule):
                    looked += _daily(rule)
    return looked


def is_daily_due(rule: RoutingRule) -> bool:
    now = timezone.localtime()
    if rule.at_time is None or (rule.days and str(now.isoweekday()) not in rule.days):
        return False
    at = timezone.make_aware(dt.datetime.combine(now.date(), rule.at_time))
    return at <= now and (rule.ran_at is None or rule.ran_at < at)


def _daily(rule: RoutingRule) -> int:
    now = timezone.now()
    since = rule.ran_at or rule.created_at - dt.timedelta(days=1)
    rows = Study.objects.filter(first_received_at__gte=now - dt.timedelta(days=DAILY_DAYS), last_received_at__gte=since)
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    for study in Study.objects.filter(pk__in=keys).order_by("pk").iterator(DAILY_STUDIES):
        try:
            with transaction.atomic():
                rule_apply(rule=rule, study=study)
        except LightboxError as error:
            logger.warning("Routing rule %d was left out: %s", rule.pk, error)
            break
    RoutingRule.objects.filter(pk=rule.pk).update(ran_at=now)
    return len(keys)


@dataclass
class Preview:
    """What a rule would have done: studies looked at and fitting, and for each node how many images and bytes."""

    looked: int = 0
    fitting: list[Study] = field(default_factory=list)
    images: Counter[str] = field(default_factory=Counter)
    octets: Counter[str] = field(default_factory=Counter)
    shut: Counter[str] = field(default_factory=Counter)

    @property
    def nodes(self) -> list[tuple[str, int, int, int]]:
        """AE title, images, bytes, and studies that the node may not have."""
        titles = sorted({*self.images, *self.shut})
        return [(title, self.images[title], self.octets[title], self.shut[title]) for title in titles]

    @property
    def shown(self) -> list[Study]:
        return self.fitting[:PREVIEW_SHOWN]


def rule_preview(rule: RoutingRule, nodes: Iterable[RemoteNode]) -> Preview:
    """What `rule` would have sent of the newest studies of the last seven days, had it been in force. Nothing is changed.

    Raises InvalidInput for conditions that cannot be understood.
    """
    since, told, chosen = timezone.now() - dt.timedelta(days=PREVIEW_DAYS), Preview(), list(nodes)
    rows = Study.objects.filter(first_received_at__gte=since, instance_count__gt=0).select_related("exam__department", "matched_patient")
    for study in rows.order_by("-first_received_at")[:PREVIEW_STUDIES]:
        told.looked += 1
        images = images_for(rule, study)
        if images is not None:
            told.fitting.append(study)
            _preview_nodes(told, study, images, chosen)
    return told


def _preview_nodes(told: Preview, study: Study, images: QuerySet[Instance], nodes: list[RemoteNode]) -> None:
    is_shut = is_protected(study)
    for node in nodes:
        if not node.is_active or not node.is_destination or (is_shut and not node.may_see_protected):
            told.shut[node.ae_title] += 1
            continue
        sizes = images.exclude(source_ae_title=node.ae_title).aggregate(octets=Sum("size_bytes"))
        told.images[node.ae_title] += images.exclude(source_ae_title=node.ae_title).count()
        told.octets[node.ae_title] += sizes["octets"] or 0
