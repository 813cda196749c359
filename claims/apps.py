from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    """The books: who owes what, and why."""

    name = "claims"
    verbose_name = "Claims"

    def ready(self) -> None:
        """Fill the registries of the books, here and nowhere else: denials follow what remittances post."""
        from arwork.lib import events
        from arwork.staff import audit_trail
        from claims.approvals import kinds
        from claims.approvals.models import ApprovalRequest
        from claims.billing import claim_events
        from claims.billing.models import Claim
        from claims.denials import services as denials
        from claims.denials import underpayments
        from claims.parties.models import Account, Person
        from claims.refunds import approval as refund_approval
        from claims.refunds import selectors as refunds
        from claims.refunds import takebacks as refund_takebacks
        from claims.refunds.models import Refund, RefundRun
        from claims.remits import after_posting, recoupments, second_decisions, undo
        from claims.remits.models import RemitException, Remittance
        from claims.web import money

        events.record_with(claim_events.publish_changed_claims)
        after_posting.register_follower(denials.follow_posted_payments)
        after_posting.register_follower(refund_takebacks.follow_reversals)
        recoupments.register_takeback_follower(refund_takebacks.follow_takeback)
        undo.register_snapshot_table("denial", denials.UNDOABLE)
        undo.register_snapshot_table("underpayment", underpayments.UNDOABLE)
        audit_trail.register_seen(
            claim=Claim, account=Account, person=Person, remittance=Remittance, remit_exception=RemitException,
            approval=ApprovalRequest, refund=Refund, refund_run=RefundRun,
        )  # fmt: skip
        for kind in (*second_decisions.KINDS, refund_approval.KIND):
            kinds.register_kind(kind)
        money.register_count("refunds", lambda actor, _: refunds.waiting_count(actor=actor))
