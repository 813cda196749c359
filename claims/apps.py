from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    """The books: who owes what, and why."""

    name = "claims"
    verbose_name = "Claims"

    def ready(self) -> None:
        """Fill the registries of the books, here and nowhere else: denials follow what remittances post."""
        from arwork.lib import events
        from arwork.staff import audit_trail
        from claims import tasks
        from claims.adjustments import approved
        from claims.approvals import kinds
        from claims.approvals.models import ApprovalRequest
        from claims.billing import claim_events
        from claims.billing.models import Claim
        from claims.cash import days
        from claims.cash import selectors as cash
        from claims.closing import checks, month_checks, month_reports, reopening, reports
        from claims.closing import selectors as closing
        from claims.denials import services as denials
        from claims.denials import underpayments
        from claims.documents.models import Document
        from claims.duplicates import claim_questions, person_pairs
        from claims.eobs import selectors as eobs
        from claims.eobs.models import Eob
        from claims.parties.models import Account, Person
        from claims.refunds import approval as refund_approval
        from claims.refunds import selectors as refunds
        from claims.refunds import takebacks as refund_takebacks
        from claims.refunds.models import Refund, RefundRun
        from claims.remits import after_posting, recoupments, second_decisions, undo
        from claims.remits import selectors as remits
        from claims.remits.models import RemitException, Remittance
        from claims.web import money, receipts, search_results, unapplied

        events.record_with(claim_events.publish_changed_claims)
        events.subscribe(tasks.listen)
        after_posting.register_follower(denials.follow_posted_payments)
        after_posting.register_follower(refund_takebacks.follow_reversals)
        recoupments.register_takeback_follower(refund_takebacks.follow_takeback)
        undo.register_snapshot_table("denial", denials.UNDOABLE)
        undo.register_snapshot_table("underpayment", underpayments.UNDOABLE)
        audit_trail.register_seen(
            claim=Claim, account=Account, person=Person, remittance=Remittance, remit_exception=RemitException,
            document=Document, eob=Eob, approval=ApprovalRequest, refund=Refund, refund_run=RefundRun,
        )  # fmt: skip
        money.register_count("eobs", lambda actor, _: eobs.drafts_of(actor))
        money.register_count("claim_duplicates", lambda actor, _: claim_questions.questions(actor=actor).count())
        money.register_count("same_people", lambda actor, _: person_pairs.pairs(actor=actor).count())
        for kind in (*second_decisions.KINDS, *approved.KINDS, reopening.KIND, refund_approval.KIND):
            kinds.register_kind(kind)
        for check in month_checks.CHECKS:
            checks.register_check(check)
        for report in month_reports.REPORTS:
            reports.register_report(report)
        money.register_count("cash_days", days.waiting_count)
        money.register_count("remit_exceptions", lambda actor, _: remits.open_exceptions(actor).count())
        money.register_count("bank", lambda actor, _: cash.waiting_line_count(actor))
        money.register_count("closing", closing.due_count)
        money.register_count("refunds", lambda actor, _: refunds.waiting_count(actor=actor))
        money.register_count("unapplied", unapplied.waiting)
        search_results.register_finder(receipts.find_receipts)
