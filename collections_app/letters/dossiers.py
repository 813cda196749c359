"""The elements of a dossier (`typst/dossier.typ`): boxes of facts and tables, as data. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any

Row = Sequence[str]
Element = dict[str, Any]


def fact_box(*rows: tuple[str, str]) -> Element:
    """A box of labels with what each says."""
    return {"kind": "box", "rows": [{"label": label, "value": value} for label, value in rows]}


def rows_table(columns: Row, rows: Iterable[Row]) -> Element:
    """A column whose label ends with `>` holds money, one that ends with `+` takes the room that is left."""
    heads = [
        {"label": one.rstrip(">+"), "align": "right" if one.endswith(">") else "left", "wide": one.endswith("+")}
        for one in columns
    ]
    return {"kind": "table", "columns": heads, "rows": [list(row) for row in rows]}
