"""Reading what REST operations are sent."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class TextJSONParser(JSONParser):
    """JSON whose texts are text. Half of a surrogate pair can be written as an escape, and kept; no answer that holds it can be sent."""

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """The value. Raises ParseError."""
        value = super().parse(stream, media_type, parser_context)
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise ParseError(_("A text holds half of a character.")) from error
        return value
