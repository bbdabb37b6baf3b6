"""Side panels of the exam's time-line, and panels of the patient's page. Higher slices register theirs from their app's ready(); orders
knows none of them.

A panel's address takes the accession number, or the patient's key, and answers with a fragment: `.panel-part`s beside an exam, a whole
`.panel` or nothing on the patient's page. It asks the policy again by itself.
"""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from imaging.access.policy import Person, may
from imaging.access.roles import Act


@dataclass(frozen=True)
class Panel:
    name: str | Promise
    url_name: str
    act: Act


_panels: dict[str, Panel] = {}
_patient_panels: dict[str, Panel] = {}


def register_panel(name: str | Promise, url_name: str, act: Act) -> None:
    """Show the fragment at `url_name` (one argument: the accession number) beside the time-line, to who may do `act`."""
    _panels[url_name] = Panel(name, url_name, act)


def register_patient_panel(name: str | Promise, url_name: str, act: Act) -> None:
    """Show the fragment at `url_name` (one argument: the patient's key) on the patient's page, to who may do `act`."""
    _patient_panels[url_name] = Panel(name, url_name, act)


def patient_panels_for(user: Person, pk: int) -> list[dict[str, object]]:
    """The panels that `user` may open for this patient, in the order of registration."""
    return [{"name": panel.name, "url": reverse(panel.url_name, args=[pk])} for panel in _patient_panels.values() if may(user, panel.act)]


def panels_for(user: Person, accession_number: str, *, besides: str = "") -> list[dict[str, object]]:
    """The panels that `user` may open for this exam, in the order of registration, without the one at `besides`."""
    return [
        {"name": panel.name, "url": reverse(panel.url_name, args=[accession_number])}
        for panel in _panels.values()
        if may(user, panel.act) and panel.url_name != besides
    ]
