"""The policy in templates: a page offers only what its reader may do."""

from typing import Any

from django import template

from imaging.access import policy
from imaging.access.roles import Act

register = template.Library()


@register.simple_tag(takes_context=True)
def may(context: Any, act: str) -> bool:
    """{% may "report.sign" as can_sign %}; raises ValueError for an act that does not exist."""
    return policy.may(context["request"].user, Act(act))
