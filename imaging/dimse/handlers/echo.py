"""C-ECHO (PS3.4 Annex A): we are here."""

from imaging.dimse.association import Association, Message
from imaging.dimse.commands import Status


def handle(association: Association, request: Message) -> None:
    association.reply(request, Status.SUCCESS)
