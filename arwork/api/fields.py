"""Fields that endpoints share."""

from typing import Any

from rest_framework import serializers

from arwork.lib.ids import LARGEST


class IdField(serializers.IntegerField):
    """An id as a caller names it: bounded here, for no engine looks up what is larger."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": LARGEST, **kwargs})
