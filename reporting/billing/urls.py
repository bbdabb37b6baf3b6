from django.urls import path

from reporting.billing import api, views

urlpatterns = [
    path("billing/", views.BillsView.as_view(), name="billing"),
    path("billing/rows/", views.BillRowsView.as_view(), name="billing-rows"),
    path("billing/close/", views.CloseView.as_view(), name="billing-close"),
    path("billing/close.csv", views.CloseCsvView.as_view(), name="billing-close-csv"),
    path("billing/prices/", views.PricesView.as_view(), name="billing-prices"),
    path("billing/receipts/<str:number>.pdf", views.ReceiptPaperView.as_view(), name="receipt-pdf"),
    path("billing/receipts/<str:receipt>/refund/", views.RefundView.as_view(), name="refund"),
    path("billing/<str:number>.pdf", views.BillPaperView.as_view(), name="bill-pdf"),
    path("billing/<str:number>/", views.BillView.as_view(), name="bill"),
    path("api/bills/", api.BillsView.as_view(), name="api-bills"),
    path("api/bills/<str:number>/", api.BillView.as_view(), name="api-bill"),
    path("api/payments/", api.PaymentsView.as_view(), name="api-payments"),
    path("api/refunds/", api.RefundsView.as_view(), name="api-refunds"),
]
