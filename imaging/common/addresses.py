"""Accession numbers in addresses. A hospital's own numbers may hold a slash (DICOM VR SH allows it), which an address splits at."""

from django.urls.converters import StringConverter


class AccessionConverter(StringConverter):
    """`2026/17` is written `2026~117`, as RFC 6901 writes it: `~1` for a slash, `~0` for a tilde."""

    def to_python(self, value: str) -> str:
        return value.replace("~1", "/").replace("~0", "~")

    def to_url(self, value: object) -> str:
        return str(value).replace("~", "~0").replace("/", "~1")
