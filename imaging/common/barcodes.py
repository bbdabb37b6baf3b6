"""Code 128 and QR as SVG without any style attribute, so that pages (content policy) and paper share them."""

import barcode
import segno
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

QUIET_MODULES = 10
HEIGHT = 40
MODULE_MM = 0.33


def code128(text: str) -> SafeString:
    """`text` as Code 128 with its quiet zones, each module 0.33 mm wide where there is room; nothing for what Code 128 cannot write."""
    if not text or not text.isascii() or not text.isprintable():
        return SafeString("")
    modules = barcode.get("code128", text).build()[0]
    bars = [(at + QUIET_MODULES, len(run)) for at, run in _runs(modules)]
    rects = format_html_join("", '<rect x="{}" y="0" width="{}" height="40"/>', bars)
    width = len(modules) + 2 * QUIET_MODULES
    return format_html(
        '<svg class="barcode" width="{}mm" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        f"{width * MODULE_MM:.2f}",
        width,
        HEIGHT,
        text,
        rects,
    )


def _runs(modules: str) -> list[tuple[int, str]]:
    """The dark runs of a row of modules, each with where it begins."""
    found, at = [], 0
    for run in modules.replace("10", "1 0").replace("01", "0 1").split(" "):
        if run[0] == "1":
            found.append((at, run))
        at += len(run)
    return found


def qr(text: str) -> SafeString:
    """`text` as a QR code of middle error correction."""
    drawn = segno.make(text, error="m", micro=False).svg_inline(border=4, svgclass="qr", lineclass=None, omitsize=True)
    return mark_safe(drawn)  # noqa: S308  made by segno from modules; the text itself is not in it
