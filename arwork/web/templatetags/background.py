"""`{% load background %}{% background_work %}`: a notice while something is wrong with the house, else nothing."""

from typing import Any

from django import template

from arwork.web.background import broken_trail, stopped

register = template.Library()


@register.inclusion_tag("components/background.html")
def background_work() -> dict[str, Any]:
    """What has stopped, and since when; and whether the audit trail holds."""
    return {"stopped": stopped(), "trail": broken_trail()}
