"""Form fields that take what people type and what pages show."""

import re
from typing import Any

from django import forms

_GROUPED = re.compile(r"([-+]?)\$?\s*(\d{1,3}(?:,\d{3})*|\d+)(\.\d*)?")


class AmountField(forms.DecimalField):
    """Dollars and cents, typed as `1240.5` or copied off a page as `$1,240.50`."""

    default_error_messages = {"invalid": "Enter an amount such as 1,240.50."}

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "num"})
        super().__init__(**{"max_digits": 12, "decimal_places": 2, "widget": widget, **kwargs})

    def to_python(self, value: Any) -> Any:
        """A comma counts as a thousands separator only where one may stand."""
        found = _GROUPED.fullmatch(str(value).strip().replace("\N{MINUS SIGN}", "-")) if value else None
        return super().to_python("".join(part or "" for part in found.groups()).replace(",", "") if found else value)
