"""The two addresses that serve reading and storing alike."""

from imaging.dicomweb.search import SearchView
from imaging.dicomweb.store import StoresObjects
from imaging.dicomweb.views import RetrieveView


class StudiesView(StoresObjects, SearchView):
    """GET searches for studies, POST stores objects."""


class StudyView(StoresObjects, RetrieveView):
    """GET retrieves a study, POST stores objects into it."""
