from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    """The books: who owes what, and why."""

    name = "claims"
    verbose_name = "Claims"

    def ready(self) -> None:
        """Fill the registries of the books, here and nowhere else: denials follow what remittances post."""
        from arwork.lib import events
        from arwork.staff import audit_trail
        from claims.billing import claim_events
        from claims.billing.models import Claim
        from claims.denials import services as denials
        from claims.denials import underpayments
        from claims.parties.models import Account, Person
        from claims.remits import after_posting, second_person, undo
        from claims.remits.models import RemitException, Remittance
        from claims.web import money, receipts, search_results, unapplied

        events.record_with(claim_events.publish_changed_claims)
        after_posting.register_follower(denials.follow_posted_payments)
        undo.register_snapshot_table("denial", denials.UNDOABLE)
        undo.register_snapshot_table("underpayment", underpayments.UNDOABLE)
        audit_trail.register_seen(
            claim=Claim, account=Account, person=Person, remittance=Remittance, remit_exception=RemitException
        )
        money.register_count(
            "remit_requests", lambda actor, _: second_person.requests_seen_by(actor, waiting=True).count()
        )
        money.register_count("unapplied", unapplied.waiting)
        search_results.register_finder(receipts.find_receipts)
