"""The words of disputes for forms: kinds, ways they come, whom we ask, how they end, and what an answer chooses."""

from collections_app.disputes.models import BillingDispute, GuestQuestion
from collections_app.disputes.states import CORRECTED, UPHELD, WITHDRAWN

KINDS = tuple(BillingDispute.Kind.choices)
CAME_BY = tuple(BillingDispute.CameBy.choices)
ROLES = tuple(GuestQuestion.Role.choices)
CLOSINGS = (
    (CORRECTED, "The bill was wrong, and is corrected"),
    (UPHELD, "The bill is right"),
    (WITHDRAWN, "The patient takes it back"),
)
#: What who was asked may choose: its code, its words, and what they are asked to write.
CHOICES = (
    (GuestQuestion.Choice.RIGHT, "The bill is right", "Anything to add?"),
    (GuestQuestion.Choice.WRONG, "The bill is wrong", "What should it be?"),
    (GuestQuestion.Choice.MORE, "I need more to answer", "What do you need?"),
)
#: How a state is colored; a color never stands without its word.
TONES = {
    "open": "tag-amber", "asked": "tag-blue", "answered": "tag-amber", "corrected": "tag-green",
    "upheld": "tag-plain", "withdrawn": "tag-plain",
}  # fmt: skip
