from django.urls import path
from django.views import View

from reporting.reports import api, api_hand, views, views_hand

ACTS: dict[str, type[View]] = {
    "panel": views.PanelView,
    "open": views.OpenView,
    "draft": views.DraftView,
    "news": views.NewsView,
    "checks": views.ChecksView,
    "key-images": views.KeyImagesView,
    "template": views.ChooseTemplateView,
    "submit": views.SubmitView,
    "sign": views.SignView,
    "correct": views.CorrectView,
    "send-back": views.SendBackView,
    "release": views.ReleaseView,
    "take-over": views.TakeOverView,
    "hand-over": views_hand.HandOverView,
    "hand-withdraw": views_hand.HandWithdrawView,
    "hand-take": views_hand.HandTakeView,
    "hand-refuse": views_hand.HandRefuseView,
}

urlpatterns = [
    path("exams/<accession:accession>/report/", views.ExamReportView.as_view(), name="exam-report"),
    path("reports/offers/", views_hand.OffersView.as_view(), name="report-offers"),
    path("reports/", views.ReportsView.as_view(), name="reports"),
    path("reports/<accession:accession>/", views.ReportView.as_view(), name="report"),
    *[path(f"reports/<accession:accession>/{word}/", view.as_view(), name=f"report-{word}") for word, view in ACTS.items()],
    path("api/reports/", api.ReportListAPI.as_view(), name="api-reports"),
    *[
        path(
            f"api/reports/<accession:accession>/{operation}",
            view.as_view(),
            name=f"api-report-{operation.rstrip('/').replace('/', '-') or 'detail'}",
        )
        for operation, view in {**api.OPERATIONS, **api_hand.OPERATIONS}.items()
    ],
]
