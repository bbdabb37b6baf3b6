"""Paper and its codes. Not covered: whether a printer draws them sharply enough to be scanned."""

import pytest
from django.template import engines
from weasyprint.urls import FatalURLFetchingError

from imaging.common import pdf
from imaging.common.barcodes import code128, qr


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch):
    """Renders a body instead of a template file."""

    def render(body: str, **extra: object) -> bytes:
        monkeypatch.setattr(pdf, "render_to_string", lambda _, context: engines["django"].from_string(body).render(context))
        return pdf.pdf_render(template="any", context={"name": "林美华"}, **extra)

    return render


def test_text_becomes_a_pdf(page) -> None:
    assert page("<p>{{ name }}</p>").startswith(b"%PDF-")


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://127.0.0.1:9/x.png", "picture:unknown", "data:image/png;base64,AAAA"])
def test_nothing_is_fetched(page, address: str) -> None:
    with pytest.raises(FatalURLFetchingError, match="may not fetch"):
        page(f'<img src="{address}">')


def test_given_pictures_are_shown(page) -> None:
    dot = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
    )
    assert b"/Image" in page('<img src="picture:dot">', pictures={"dot": dot})


def test_codes_have_no_style_attribute_and_their_quiet_zone() -> None:
    bars = code128("B-261122-0001")
    assert "style" not in bars + qr("B-261122-0001")
    assert 'x="10"' in bars
    assert 'aria-label="B-261122-0001"' in bars


def test_code128_escapes_its_text() -> None:
    assert "<script>" not in code128("<script>")
