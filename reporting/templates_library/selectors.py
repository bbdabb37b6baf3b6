"""Finding the template that fits an exam best."""

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.common.errors import InvalidInput
from imaging.orders.models import Exam
from reporting.templates_library.models import Macro, ReportTemplate


def templates_for(*, exam: Exam, language: str) -> QuerySet[ReportTemplate]:
    """The active templates in `language` that fit `exam`, the best first.

    Best is one made for the procedure, then for its modality and body part, then for the modality, then a general one.
    """
    procedure = exam.procedure
    made_for = Q(pk__in=ReportTemplate.objects.filter(procedures=procedure).values("pk"))
    part = Q(modality=procedure.modality, body_part=procedure.body_part) & ~Q(body_part="")
    modality = Q(modality=procedure.modality, body_part="")
    general = Q(modality="", body_part="")
    fit = Case(
        When(made_for, then=Value(0)),
        When(part, then=Value(1)),
        When(modality, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    fitting = ReportTemplate.objects.filter(is_active=True, language=language).filter(made_for | part | modality | general)
    return fitting.annotate(fit=fit).order_by("fit", "code")


def template_for(*, exam: Exam, language: str) -> ReportTemplate | None:
    """The template that a report of `exam` begins with; None where the library has nothing in `language`."""
    return templates_for(exam=exam, language=language).first()


def macros_of(*, user: User, language: str) -> QuerySet[Macro]:
    """The macros that `user` can type in `language`: their own and everybody's."""
    return Macro.objects.filter(Q(owner=user) | Q(owner=None), language=language).order_by("name", "-owner")


def template_named(*, code: str) -> ReportTemplate:
    """The active template with this code. Raises InvalidInput."""
    template = ReportTemplate.objects.filter(code=code, is_active=True).first()
    if template is None:
        raise InvalidInput(_("There is no template “%(code)s”.") % {"code": code}, field="template")
    return template
