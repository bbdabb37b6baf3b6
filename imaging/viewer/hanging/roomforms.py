"""The volume room of a hanging protocol as fields of its form."""

import json
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from imaging.viewer.hanging.formvalues import json_read, number_read, whole_read
from imaging.viewer.hanging.words import FUSION_SAID, ROOM_SAID, SLAB_SAID, SOLID_SAID, UPTAKE_SAID
from imaging.viewer.looks import RoomLook

# What nobody writes by hand: a tick keeps it as it was demonstrated.
DEMONSTRATED = ("share", "directions", "crop")


def room_choices() -> dict[str, list[tuple[str, Any]]]:
    """What may be chosen of a room."""
    usual = ("", _("as usual"))
    return {
        "rooms": [usual, *ROOM_SAID.items()],
        "slabs": list(SLAB_SAID.items()),
        "fusions": list(FUSION_SAID.items()),
        "uptakes": list(UPTAKE_SAID.items()),
        "solids": [usual, *SOLID_SAID.items()],
    }


def room_fields(room: RoomLook) -> dict[str, str]:
    """What was demonstrated, as the value of its tick; empty where nothing was."""
    return {name: json.dumps(said) if (said := getattr(room, name)) else "" for name in DEMONSTRATED}


def room_of(form: QueryDict) -> dict[str, Any]:
    """The room that a form says, as a document. Raises InvalidInput for what is no number."""
    return {
        "kind": form.get("room-kind", ""), "pane": whole_read(form, "room-pane"), "slab": form.get("room-slab", "thin"),
        "thickness": whole_read(form, "room-thickness") or 10, "centre": number_read(form, "room-centre"),
        "width": number_read(form, "room-width"), "invert": "room-invert" in form, "fusion": form.get("room-fusion", "hot"),
        "blend": whole_read(form, "room-blend") if "room-blend" in form else 50, "suv": form.get("room-suv", "bw"),
        "most": number_read(form, "room-most"), "preset": form.get("room-preset", ""),
        **{name: json_read(form, f"room-{name}") for name in DEMONSTRATED if f"room-{name}" in form},
    }  # fmt: skip
