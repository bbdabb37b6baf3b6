"""Paper: a template rendered by WeasyPrint with the print style sheet. Nothing is ever fetched, whatever the text says."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from weasyprint import CSS, HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

STYLE_SHEET = Path("static") / "css" / "print.css"
PICTURE = "picture:"


class _GivenPictures(URLFetcher):
    """Answers `picture:<name>` from what the caller gave, and nothing else."""

    def __init__(self, pictures: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=())
        self.pictures = pictures

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        name = url.removeprefix(PICTURE)
        if not url.startswith(PICTURE) or name not in self.pictures:
            raise FatalURLFetchingError(f"a document may not fetch {url[:80]!r}")
        return URLFetcherResponse(url, self.pictures[name])


def pdf_render(
    *, template: str, context: Mapping[str, Any], language: str = "", pictures: Mapping[str, bytes] | None = None, **options: Any
) -> bytes:
    """The PDF of `template`, in `language` (the active one by default).

    `pictures` are PNG or JPEG files by name; the template shows one as `<img src="picture:name">`. Any other address that the document
    names stops the rendering with WeasyPrint's FatalURLFetchingError. `options` go to `write_pdf` (pdf_variant="pdf/a-2b").
    """
    fetcher = _GivenPictures(pictures or {})
    with translation.override(language or translation.get_language()):
        html = render_to_string(template, {**context, "language": language or translation.get_language()})
    style = CSS(filename=str(Path(settings.BASE_DIR) / STYLE_SHEET))
    written: bytes = HTML(string=html, base_url="nothing:", url_fetcher=fetcher).write_pdf(stylesheets=[style], **options)
    return written
