from django.urls import path

from reporting.reading import api, views, views_filters, views_late

urlpatterns = [
    path("reading/", views.ReadingView.as_view(), name="reading"),
    path("reading/rows/", views.ReadingRowsView.as_view(), name="reading-rows"),
    path("reading/tabs/", views.ReadingTabsView.as_view(), name="reading-tabs"),
    path("reading/next/", views.ReadNextView.as_view(), name="reading-next"),
    path("reading/ahead/", views.AheadView.as_view(), name="reading-ahead"),
    path("reading/lists/", views_filters.FilterSaveView.as_view(), name="reading-filter-new"),
    path("reading/lists/first/", views_filters.FirstListView.as_view(), name="reading-first"),
    path("reading/lists/<int:pk>/", views_filters.FilterSaveView.as_view(), name="reading-filter"),
    path("reading/lists/<int:pk>/delete/", views_filters.FilterDeleteView.as_view(), name="reading-filter-delete"),
    path("reading/lists/<int:pk>/restore/", views_filters.FilterRestoreView.as_view(), name="reading-filter-restore"),
    path("reading/late/<int:pk>/stands/", views_late.LateStandsView.as_view(), name="late-stands"),
    path("reading/late/<int:pk>/reopen/", views_late.LateReopenView.as_view(), name="late-reopen"),
    path("reading/<accession:accession>/", views.ReadingSideView.as_view(), name="reading-side"),
    path("api/reading/", api.ReadingListAPI.as_view(), name="api-reading"),
    path("api/reading/lists/", api.FiltersAPI.as_view(), name="api-reading-filters"),
    path("api/reading/lists/first/", api.FirstListAPI.as_view(), name="api-reading-first"),
    path("api/reading/lists/<int:pk>/", api.FilterAPI.as_view(), name="api-reading-filter"),
    path("api/reading/lists/<int:pk>/restore/", api.FilterRestoreAPI.as_view(), name="api-reading-filter-restore"),
    path("api/reading/late/", api.LateImagesAPI.as_view(), name="api-late-images"),
    path("api/reading/late/<int:pk>/stands/", api.LateStandsAPI.as_view(), name="api-late-stands"),
    path("api/reading/late/<int:pk>/reopen/", api.LateReopenAPI.as_view(), name="api-late-reopen"),
]
