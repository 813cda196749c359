"""Whether the keys at hand are those of the database: asked before anything starts.

With another field key every page would fail; with another index key nothing would fail, but nobody would be found, and
known people's phones would be kept twice. The newest row of every table is enough to tell.
"""

from arwork.lib.encrypted_fields import IndexPart
from arwork.lib.encryption import Undecipherable
from arwork.lib.key_rotation import encrypted_models

_WHOLE = 1 << 24


def wrong_keys() -> str:
    """What is wrong with FIELD_KEYS or INDEX_KEY, in a sentence; empty when nothing is."""
    for model, fields in encrypted_models():
        parts = {f"held_in_{field.name}": IndexPart(field.name, 1, _WHOLE) for field in fields}
        newest = model._default_manager.order_by("-pk").annotate(**parts).values_list(*parts).first()
        for field, held in zip(fields, newest or (), strict=False):
            try:
                if held and not field.has_its_index(bytes(held)):
                    return (
                        "INDEX_KEY (where it is not given, MATCH_KEY_SECRET) is not the one that this database was "
                        "written with: nobody would be found by phone, member id or birth date. Set that one again."
                    )
            except Undecipherable as error:
                return error.message
    return ""
