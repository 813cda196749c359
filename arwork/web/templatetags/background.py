"""`{% load background %}{% background_work %}`: a notice while background work has stopped, else nothing."""

from typing import Any

from django import template

from arwork.web.background import stopped

register = template.Library()


@register.inclusion_tag("components/background.html")
def background_work() -> dict[str, Any]:
    """What has stopped, and since when."""
    return {"stopped": stopped()}
