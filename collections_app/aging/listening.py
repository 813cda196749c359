"""What the aging does when the books announce a change: its figures say from then on that they are behind."""

from arwork.lib.events import Changed, subscribe
from collections_app.aging import summaries


@subscribe
def note_that_the_books_moved(event: Changed) -> None:
    """Mark the practices of the claims and accounts that changed."""
    summaries.mark_stale(claim_ids=event.claims, account_ids=event.accounts)
