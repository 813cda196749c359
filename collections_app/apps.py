from django.apps import AppConfig


class CollectionsConfig(AppConfig):
    """The work: what to do next about it."""

    name = "collections_app"
    verbose_name = "Collections"

    def ready(self) -> None:
        """Listen to what the books announce, and answer what they ask: here and nowhere else.

        The last app to be ready: all code is loaded. The aging hears of a change before the worklist follows it, so
        that no figure passes for current while items are brought up to date.
        """
        from arwork.lib import events
        from arwork.lib.memory import collect_rarely
        from arwork.staff import audit_trail
        from claims.approvals import authority as approvals
        from claims.approvals import kinds as approval_kinds
        from claims.closing import checks, reports
        from claims.credits import figures as credit_figures
        from claims.denials import claim_windows
        from claims.denials import outcomes as denial_outcomes
        from claims.duplicates import person_merge
        from claims.edi import answer_listeners
        from claims.parties import reach
        from claims.receipts import kept_out, paid_first
        from claims.web import money, payer_panels, search_results, setup_pages, takebacks, work_status
        from collections_app import tasks
        from collections_app.ach import approval as ach_approval
        from collections_app.ach import listening as ach_listening
        from collections_app.ach import selectors as debits
        from collections_app.agencies import selectors as placed
        from collections_app.aging import summaries
        from collections_app.appeals import appeal_texts
        from collections_app.appeals import lists as appeal_lists
        from collections_app.appeals import outcomes as appeal_outcomes
        from collections_app.appeals.models import AppealCase
        from collections_app.assistance import decisions as assistance_decisions
        from collections_app.assistance import listening as assistance_listening
        from collections_app.assistance import papers as assistance_papers
        from collections_app.assistance import selectors as assistance
        from collections_app.claim_batches.models import ClaimBatch
        from collections_app.clearinghouses.models import OutgoingFile
        from collections_app.contacts import (
            asking,
            debt_facts,
            hold_followers,
            holds_of_money,
            open_cases,
            standings,
        )
        from collections_app.contacts import services as contacts
        from collections_app.deliveries import links as delivery_links
        from collections_app.deliveries import returned as returned_mail
        from collections_app.deliveries.models import Delivery, PrintBatch
        from collections_app.disputes import holding as dispute_holds
        from collections_app.disputes import lists as disputes
        from collections_app.disputes import services as dispute_services
        from collections_app.help_offers import papers as help_papers
        from collections_app.help_offers import reached as help_reached
        from collections_app.help_offers import selectors as help_questions
        from collections_app.late_payments import selectors as late_payments
        from collections_app.late_payments.models import InterestDemand, LatePayment
        from collections_app.legal import assigning as legal_assigning
        from collections_app.legal import cases as court_cases
        from collections_app.legal import gate_facts as legal_facts
        from collections_app.legal import referrals as legal_referrals
        from collections_app.legal import selectors as legal
        from collections_app.letters import kinds as letter_kinds
        from collections_app.letters import shipped as shipped_letters
        from collections_app.letters.models import Letter
        from collections_app.limits import authority
        from collections_app.limits.selectors import figure_lookup
        from collections_app.outgoing_claims import selectors as outgoing
        from collections_app.outgoing_claims.models import OutgoingClaim
        from collections_app.payments import bank as bank_methods
        from collections_app.payments import listening as payment_listening
        from collections_app.payments import refunds as payment_refunds
        from collections_app.payments import returned_debits
        from collections_app.payments import selectors as payment_counts
        from collections_app.plans import autopay as plan_autopay
        from collections_app.plans import exceptions as plan_exceptions
        from collections_app.plans import papers as plan_papers
        from collections_app.plans import selectors as plans
        from collections_app.plans import visits as plan_visits
        from collections_app.portal import links as portal_links
        from collections_app.portal import paper_links
        from collections_app.portal import requests as portal_requests
        from collections_app.promises import selectors as promises
        from collections_app.releases import papers as release_papers
        from collections_app.releases import selectors as releases
        from collections_app.releases.models import RecordRequest
        from collections_app.reports import month_end
        from collections_app.routes import listening as route_listening
        from collections_app.routes import openers as route_openers
        from collections_app.settlements import exceptions as settlement_exceptions
        from collections_app.settlements import lists as settlement_lists
        from collections_app.settlements import obstacles as settlement_obstacles
        from collections_app.settlements import papers as settlement_papers
        from collections_app.settlements import selectors as settlements
        from collections_app.statements import pay_links
        from collections_app.statements import returned as returned_statements
        from collections_app.statements import settled as settled_statements
        from collections_app.statements import texts as statement_texts
        from collections_app.statements import timing as statement_timing
        from collections_app.status_requests import answers as status_answers
        from collections_app.status_requests import coverage_replies
        from collections_app.status_requests import work as status_requests
        from collections_app.strategies import letters as strategy_letters
        from collections_app.strategies import selectors as strategy_cases
        from collections_app.strategies import timing as strategy_timing
        from collections_app.tracing import selectors as searches
        from collections_app.tracing.models import TraceCase, TraceFile
        from collections_app.web import (
            account_panels,
            ach_panel,
            agencies,
            agency_panel,
            appeal_case,
            assistance_panel,
            call_panel,
            claim_batches,
            claim_edits_panel,
            claim_panels,
            clean_claims,
            dispute_panel,
            help_panel,
            legal_lists,
            legal_panel,
            letter_panel,
            outgoing_new,
            patients,
            patients_asked,
            payer_calls,
            payer_desk,
            payer_file,
            payment_places,
            plan_panel,
            release_panel,
            route_doors,
            route_panel,
            search,
            statement_panel,
            status_panel,
            strategies,
            strategy_panel,
            work_words,
        )
        from collections_app.web import appeals as appeal_pages
        from collections_app.web import approvals as approval_pages
        from collections_app.web import assistance as assistance_pages
        from collections_app.web import court_cases as court_pages
        from collections_app.web import coverage_requests as coverage_request_pages
        from collections_app.web import deliveries as delivery_pages
        from collections_app.web import denials as denial_pages
        from collections_app.web import disputes as dispute_pages
        from collections_app.web import help_offers as help_pages
        from collections_app.web import late_payments as late_payment_pages
        from collections_app.web import legal as legal_pages
        from collections_app.web import limits as limit_pages
        from collections_app.web import outgoing as outgoing_pages
        from collections_app.web import plans as plan_pages
        from collections_app.web import releases as release_pages
        from collections_app.web import route_choices as route_pages
        from collections_app.web import settlements as settlement_pages
        from collections_app.web import status_requests as status_request_pages
        from collections_app.web import tracing as trace_pages
        from collections_app.worklist import (
            answers_sent,
            chosen_routes,
            credit_work,
            deadlines,
            failed_payments,
            patient_account,
            standings_of_books,
            status_work,
        )

        audit_trail.register_seen(letter=Letter)
        events.subscribe_promptly(summaries.note_that_the_books_moved)
        events.subscribe(tasks.listen)
        credit_figures.register_figures(figure_lookup)
        credit_figures.register_work(credit_work.work_about_credits)
        approvals.register_authority(authority.authority)
        approval_kinds.register_kind(plan_exceptions.KIND)
        approval_kinds.register_kind(ach_approval.KIND)
        ach_listening.register_return_listener(ach_listening.settle_promises_behind)
        approval_kinds.register_kind(payment_refunds.KIND)
        ach_listening.register_return_listener(returned_debits.debits_returned)
        ach_listening.register_authorization_listener(bank_methods.follow_authorizations)
        payment_listening.register_failure_listener(failed_payments.bring_back)
        account_panels.register_panel("payments", 30, payment_places.payments_panel)
        kept_out.register_hold_source(holds_of_money.holds_on_visits)
        reach.register_reach(asking.call_refused)
        standings.register_standing(standings_of_books.not_asked_yet)
        claim_windows.register_correspondence_source(deadlines.correspondence_of_claim)
        denial_outcomes.register_answer_source(answers_sent.answers_logged)
        denial_outcomes.register_answer_source(appeal_outcomes.appeals_sent)
        work_status.register_work_status(work_words.work_on_claims)
        search_results.register_finder(search.find_work)
        search_results.register_account_note(plans.plans_kept)
        setup_pages.register_attention_source(limit_pages.attention_needed)
        person_merge.register_obstacle(promises.promised_on_both)
        person_merge.register_obstacle(plans.planned_on_both)
        person_merge.register_obstacle(assistance.applied_on_both)
        open_cases.register_case_source("assistance", assistance.open_cases)
        for assistance_kind in assistance_decisions.KINDS:
            approval_kinds.register_kind(assistance_kind)
        assistance_listening.register_decision_listener(portal_requests.answer_decided)
        account_panels.register_panel("assistance", 10, assistance_panel.assistance_panel)
        standings.register_standing(plans.plans_kept)
        payment_listening.register_failure_listener(plan_autopay.hear_failure)
        plan_visits.register_pauses(patient_account.paused_visits)
        account_panels.register_panel("plan", 20, plan_panel.plan_panel)
        account_panels.register_panel("letters", 40, letter_panel.letter_panel)
        account_panels.register_panel("statements", 30, statement_panel.statement_panel)
        for check in month_end.CHECKS:
            checks.register_check(check)
        for report in month_end.REPORTS:
            reports.register_report(report)
        for kind in (
            *shipped_letters.KINDS,
            *plan_papers.KINDS,
            *statement_texts.KINDS,
            *release_papers.KINDS,
            *assistance_papers.KINDS,
            *strategy_letters.KINDS,
            *appeal_texts.KINDS,
        ):
            letter_kinds.register_kind(kind)
        money.register_count("approvals", approval_pages.waiting_count)
        delivery_links.register_link_source(portal_links.link_in_message)
        money.register_count("ach", lambda actor, today: debits.waiting_count(actor=actor, today=today))
        money.register_count("ach_files", lambda actor, _: debits.unsent_count(actor=actor))
        money.register_count("ach_answers", lambda actor, _: debits.waiting_answers(actor=actor))
        account_panels.register_panel("bank_debits", 30, ach_panel.bank_debits)
        account_panels.register_panel("patient_page", 40, patients_asked.patient_panel)
        audit_trail.register_seen(delivery=Delivery, print_batch=PrintBatch)
        money.register_count("payments", payment_counts.to_look_at_count)
        money.register_count("payment_disputes", payment_counts.unanswered_count)
        money.register_count("payment_cards", payment_counts.expiring_count)
        pay_links.register_pay_links(paper_links.links_on_paper)
        returned_mail.register_mail(returned_statements.MAIL)
        patients.register_place(patients.PatientsHeading.HELP, 10, assistance_pages.PLACE)
        patients.register_place(patients.PatientsHeading.HELP, 30, plan_pages.PLACE)
        patients.register_place(patients.PatientsHeading.REQUESTS, 10, delivery_pages.ASKED)
        payer_desk.register_place(payer_desk.PayerHeading.DENIED, 10, denial_pages.PLACE)
        claim_panels.register_claim_panel("denials", 10, denial_pages.denial_panel)
        payer_desk.register_place(payer_desk.PayerHeading.DENIED, 40, takebacks.PLACE)
        payer_desk.register_place(payer_desk.PayerHeading.STATUS, 40, payer_calls.PLACE)
        claim_panels.register_claim_panel("calls", 60, call_panel.claim_call_panel)
        payer_panels.register_payer_panel("calls", 10, call_panel.payer_call_panel)
        payer_desk.register_place(payer_desk.PayerHeading.PAID, 10, late_payment_pages.PLACE)
        payer_desk.register_place(payer_desk.PayerHeading.PAID, 20, payer_file.PLACE)
        open_cases.register_case_source("interest demands", late_payments.open_demands)
        audit_trail.register_seen(interest_demand=InterestDemand, late_payment=LatePayment)
        payer_desk.register_place(payer_desk.PayerHeading.OUT, 40, clean_claims.PLACE)
        claim_panels.register_claim_panel("edits", 40, claim_edits_panel.edits_panel)
        payer_desk.register_place(payer_desk.PayerHeading.OUT, 20, claim_batches.PLACE)
        audit_trail.register_seen(claim_batch=ClaimBatch, outgoing_file=OutgoingFile)
        answer_listeners.register_status_listener(status_answers.hear_statuses)
        answer_listeners.register_coverage_listener(coverage_replies.hear_coverages)
        status_requests.register_work_keeper(
            "worklist", status_work.claims_due_for_status, status_work.follow_status_answers
        )
        payer_desk.register_place(payer_desk.PayerHeading.STATUS, 10, status_request_pages.PLACE)
        payer_desk.register_place(payer_desk.PayerHeading.STATUS, 20, coverage_request_pages.PLACE)
        payer_desk.register_place(payer_desk.PayerHeading.STATUS, 30, coverage_request_pages.FOUND)
        claim_panels.register_claim_panel("status", 40, status_panel.status_panel)
        audit_trail.register_seen(appeal_case=AppealCase)
        open_cases.register_case_source("appeals", appeal_lists.open_cases)
        payer_desk.register_place(payer_desk.PayerHeading.DENIED, 30, appeal_pages.PLACE)
        claim_panels.register_claim_panel("appeals", 25, appeal_case.appeal_panel)
        hold_followers.register_hold_follower(court_cases.follow_hold)
        debt_facts.register_debt_facts(legal_facts.debt_facts)
        open_cases.register_case_source("legal", legal.open_cases, assign=legal_assigning.assign)
        approval_kinds.register_kind(legal_referrals.KIND)
        standings.register_standing(legal.with_a_firm)
        person_merge.register_obstacle(legal.referred_on_both)
        account_panels.register_panel("legal", 50, legal_panel.legal_panel)
        patients.register_place(patients.PatientsHeading.LAST, 20, legal_pages.PLACE)
        patients.register_place(patients.PatientsHeading.LAST, 30, court_pages.BANKRUPTCIES)
        patients.register_place(patients.PatientsHeading.LAST, 40, court_pages.ESTATES)
        patients.register_place(patients.PatientsHeading.LAST, 50, legal_lists.DATES)
        patients.register_place(patients.PatientsHeading.LAST, 60, legal_lists.ORPHANS)
        contacts.register_keeper(dispute_holds.kept_by_disputes)
        dispute_services.register_closed(portal_requests.dispute_closed)
        open_cases.register_case_source("disputes", disputes.open_cases)
        account_panels.register_panel("disputes", 15, dispute_panel.dispute_panel)
        patients.register_place(patients.PatientsHeading.REQUESTS, 5, dispute_pages.PLACE)
        audit_trail.register_seen(record_request=RecordRequest)
        account_panels.register_panel("releases", 50, release_panel.releases_panel)
        patients.register_place(patients.PatientsHeading.REQUESTS, 20, release_pages.PLACE)
        open_cases.register_case_source("releases", releases.open_cases)
        account_panels.register_panel("tracing", 25, trace_pages.trace_panel)
        patients.register_place(patients.PatientsHeading.UNREACHED, 10, trace_pages.PLACE)
        patients.register_place(patients.PatientsHeading.UNREACHED, 20, trace_pages.FILES)
        open_cases.register_case_source("tracing", searches.open_searches)
        audit_trail.register_seen(trace_case=TraceCase, trace_file=TraceFile)
        standings.register_standing(placed.placed_standing)
        person_merge.register_obstacle(placed.placed_on_both)
        open_cases.register_case_source("agencies", placed.open_cases)
        account_panels.register_panel("agency", 10, agency_panel.agency_panel)
        patients.register_place(patients.PatientsHeading.LAST, 10, agencies.PLACE)
        approval_kinds.register_kind(settlement_exceptions.KIND)
        person_merge.register_obstacle(settlements.settling_on_both)
        paid_first.register_paid_first(settlements.visits_paid_first)
        plan_visits.register_pauses(settlements.settled_visits)
        settled_statements.register_settled(settlements.settled_claims)
        standings.register_standing(settlements.settlements_kept)
        standings.register_standing(help_questions.hardships_pausing)
        settlement_obstacles.register_obstacle(settlement_obstacles.placed_with_agency)
        help_reached.register_reached("agency", help_reached.at_agencies)
        open_cases.register_case_source("settlements", settlement_lists.open_settlement_cases)
        open_cases.register_case_source("referrals", help_questions.referral_cases)
        for kind in (*settlement_papers.KINDS, *help_papers.KINDS):
            letter_kinds.register_kind(kind)
        account_panels.register_panel("help", 5, help_panel.help_panel)
        patients.register_place(patients.PatientsHeading.HELP, 20, settlement_pages.PLACE)
        patients.register_place(patients.PatientsHeading.HELP, 40, help_pages.PLACE)
        patients.register_place(patients.PatientsHeading.LAST, 5, strategies.PLACE)
        account_panels.register_panel("strategy", 25, strategy_panel.strategy_panel)
        statement_timing.register_timing(strategy_timing.statements_due)
        open_cases.register_case_source("strategies", strategy_cases.open_cases)
        route_listening.register_choice_follower(chosen_routes.RouteWork())
        route_listening.register_learned_source(chosen_routes.learned_of_denials)
        claim_panels.register_claim_panel("routes", 20, route_panel.routes_panel)
        payer_desk.register_place(payer_desk.PayerHeading.DENIED, 20, route_pages.PLACE)
        for route_code, opener in route_doors.OPENERS.items():
            route_openers.register_opener(route_code, opener)
        audit_trail.register_seen(outgoing_claim=OutgoingClaim)
        open_cases.register_case_source("outgoing_claims", outgoing.open_cases)
        payer_desk.register_place(payer_desk.PayerHeading.OUT, 10, outgoing_pages.PLACE)
        claim_panels.register_claim_panel("outgoing", 30, outgoing_new.outgoing_panel)
        collect_rarely()
