from django.urls import path

from imaging.scheduling import api, api_exams

EXAM = "api/exams/<str:accession>"

urlpatterns = [
    path("api/rooms/", api.RoomsView.as_view(), name="api-rooms"),
    path("api/slots/", api.SlotsView.as_view(), name="api-slots"),
    path("api/holds/", api.HoldsView.as_view(), name="api-holds"),
    path("api/holds/<int:pk>/", api.HoldView.as_view(), name="api-hold"),
    path("api/orders/", api.OrdersView.as_view(), name="api-orders"),
    path("api/steps/", api.StepsView.as_view(), name="api-steps"),
    path("api/steps/<int:pk>/move/", api.StepMoveView.as_view(), name="api-step-move"),
    path(f"{EXAM}/book/", api.ExamBookView.as_view(), name="api-exam-book"),
    path(f"{EXAM}/check-in/", api_exams.CheckInView.as_view(), name="api-exam-check-in"),
    path(f"{EXAM}/check-in/undo/", api_exams.CheckInUndoView.as_view(), name="api-exam-check-in-undo"),
    path(f"{EXAM}/call/", api_exams.CallView.as_view(), name="api-exam-call"),
    path(f"{EXAM}/take/", api_exams.TakeView.as_view(), name="api-exam-take"),
    path(f"{EXAM}/release/", api_exams.ReleaseView.as_view(), name="api-exam-release"),
    path(f"{EXAM}/start/", api_exams.StartView.as_view(), name="api-exam-start"),
    path(f"{EXAM}/start/undo/", api_exams.StartUndoView.as_view(), name="api-exam-start-undo"),
    path(f"{EXAM}/finish/", api_exams.FinishView.as_view(), name="api-exam-finish"),
    path(f"{EXAM}/discontinue/", api_exams.DiscontinueView.as_view(), name="api-exam-discontinue"),
    path(f"{EXAM}/used-items/", api_exams.UsedItemsView.as_view(), name="api-exam-used-items"),
    path(f"{EXAM}/used-items/<int:pk>/", api_exams.UsedItemView.as_view(), name="api-exam-used-item"),
]
