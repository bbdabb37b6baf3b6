"""Nodes as people set them up."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from imaging.access.policy import Person, may
from imaging.access.roles import Act
from imaging.common.errors import NotFound
from imaging.dimse.models import RemoteNode


def nodes_visible_to(user: Person) -> QuerySet[RemoteNode]:
    """All nodes for who sets them up; where studies may go for who sends them; none for others."""
    if may(user, Act.NODE_MANAGE):
        return RemoteNode.objects.order_by("ae_title")
    if may(user, Act.IMAGES_SEND):
        return RemoteNode.objects.filter(is_active=True, is_destination=True).order_by("ae_title")
    return RemoteNode.objects.none()


def node_for(user: Person, pk: int) -> RemoteNode:
    """Raises NotFound when there is no such node, or none for `user`."""
    found = nodes_visible_to(user).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such node."))
    return found
