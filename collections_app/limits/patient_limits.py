"""Limits about patients: what they are asked and told, what they owe, and what is done when nothing is paid. Pure."""

from collections_app.limits.limit_kinds import LONGEST, MILLION, NO_LIMIT, PLACE, ROLE, LimitKind

RATE = "hundredths of a percent"
_ASKED = "What people asked for, and who is on the line"
_PATIENTS = "Patient balances"
_DEBITS = "Bank debits"
_STATEMENTS = "Statements to patients"
_COURTS = "Courts, estates and suits"
_AGENCIES = "Placing with agencies"
_TRACING = "People who can't be reached"
_STRATEGIES = "Strategies"
_SETTLED = "Settlements and help"
#: A settlement is weighed by the age of what is owed and by how much it is: each pair has its own figures by role.
SETTLED_AGES = {"young": "young", "middle": "older", "old": "old"}
SETTLED_BANDS = {"small": "small", "large": "large"}
_RECORDS = "Requests for records"
#: Where a lead to somebody comes from: each has a weight of its own.
LEAD_SOURCES = {
    "books": "what our own books say",
    "patient": "what the person says",
    "label": "a label on returned mail",
    "ncoa": "a change of address (NCOA)",
    "relative": "what a relative says",
    "employer": "what an employer says",
    "directory": "directory assistance",
    "web": "a web search",
    "vendor": "a skip tracing file",
}
PATIENT_LIMITS: tuple[LimitKind, ...] = (
    LimitKind("revocation_days", "business days in which a withdrawn consent is honored", "days", _ASKED, most=60),
    LimitKind(
        "spoken_workplace_days",
        "a spoken request not to call at work binds for",
        "days",
        _ASKED,
        PLACE,
        most=365,
    ),
    LimitKind(
        "written_opt_in",
        "1: texts and e-mail only to whom asked for them in writing",
        "opt-ins",
        _ASKED,
        PLACE,
        most=1,
    ),
    LimitKind(
        "recording_notice",
        "1: whoever speaks must know that a call is recorded",
        "notices",
        _ASKED,
        PLACE,
        most=1,
    ),
    LimitKind("of_age_years", "somebody is of age at", "years", _ASKED, least=14, most=25, is_shared=True),
    LimitKind(
        "identity_minutes",
        "a caller who was verified stays so, at most",
        "minutes of the call",
        _ASKED,
        least=5,
        most=240,
    ),
    LimitKind("identity_tries", "failed tries to verify a caller, at most", "tries", _ASKED, least=1, most=10),
    LimitKind(
        "identity_pause",
        "after these tries nobody is verified for",
        "minutes of waiting",
        _ASKED,
        least=5,
        most=1440,
    ),
    LimitKind("portal_link_days", "a link to the patient's page opens it for", "days", _ASKED, least=1, most=365),
    LimitKind(
        "portal_tries",
        "wrong answers at the door of the patient's page, at most",
        "tries",
        _ASKED,
        least=3,
        most=10,
        is_shared=True,
    ),
    LimitKind(
        "portal_pause",
        "after these tries nobody is let in for",
        "minutes of waiting",
        _ASKED,
        least=15,
        most=1440,
        is_shared=True,
    ),
    LimitKind("dispute_answer_days", "a dispute is answered within", "days", _ASKED, least=1, most=120),
    LimitKind("verification_days", "by law a debt is proved within", "days", _ASKED, PLACE, most=120),
    LimitKind("estimate_excess", "a bill above its estimate may be disputed from", "cents", _ASKED, most=1_000_000),
    LimitKind("estimate_days", "and within days of the first bill", "days", _ASKED, least=1, most=365),
    LimitKind("estimate_fee", "what deciding that costs the patient", "cents", _ASKED, most=100_000),
    LimitKind("guest_link_days", "whom we ask about a dispute can answer for", "days", _ASKED, least=1, most=60),
    LimitKind("guest_codes", "wrong codes until their link ends", "tries", _ASKED, least=3, most=20),
    LimitKind("small_balance", "small balances, worked as a batch, are below", "cents", _PATIENTS, most=100_000),
    LimitKind(
        "first_statement_days",
        "statements are sent elsewhere, the first one after the balance became the patient's",
        "days",
        _PATIENTS,
        most=365,
        is_optional=True,
    ),
    LimitKind("first_call_days", "first call about a patient balance after its first statement", "days", _PATIENTS),
    LimitKind("statement_days", "from a statement to the next one", "days", _STATEMENTS, least=7, most=120),
    LimitKind("statement_due_days", "a statement is to be paid within", "days", _STATEMENTS, least=1, most=120),
    LimitKind(
        "statement_levels",
        "statements about a balance until somebody decides what follows",
        "statements",
        _STATEMENTS,
        least=1,
        most=12,
    ),
    LimitKind("statement_small_levels", "the same for a small balance", "statements", _STATEMENTS, least=1, most=12),
    LimitKind("statement_minimum", "no statement for less than", "cents", _STATEMENTS, most=100_000),
    LimitKind("strategy_notice_days", "a final notice leaves", "days", _STRATEGIES, least=30, most=120),
    LimitKind("strategy_cost_mail", "a statement or letter, with postage", "cents", _STRATEGIES, most=10_000),
    LimitKind("strategy_cost_text", "a text or e-mail", "cents", _STRATEGIES, most=10_000),
    LimitKind("strategy_cost_minute", "a minute of somebody's work", "cents", _STRATEGIES, most=10_000),
    LimitKind("strategy_minutes", "a call, or a look of somebody", "minutes of work", _STRATEGIES, least=1, most=240),
    LimitKind("strategy_test_least", "accounts in each arm of a test", "accounts", _STRATEGIES, least=30, most=100_000),
    LimitKind("promise_grace_days", "business days of grace after a promised day", "days", _PATIENTS, most=60),
    LimitKind("promise_longest_days", "farthest day that can be promised", "days", _PATIENTS, least=1),
    LimitKind(
        "agency_wait_days",
        "an account is placed, after the first statement of its latest visit, not before",
        "days",
        _AGENCIES,
        PLACE,
    ),
    LimitKind("agency_statements", "statements before an account is placed", "statements", _AGENCIES, most=12),
    LimitKind("plan_reminder_days", "remind of an installment before its day", "days", _PATIENTS, most=30),
    LimitKind("plan_share", "of what is left to a household a plan takes", "percent", _PATIENTS, least=1, most=100),
    LimitKind("plan_income_percent", "a plan takes at most, of income a month", "percent", _PATIENTS, PLACE, most=100),
    LimitKind("plan_longest_months", "no plan is longer than", "months", _PATIENTS, PLACE, least=1, most=120),
    LimitKind("plan_confirm_days", "a plan is confirmed in writing within", "days", _PATIENTS, PLACE),
    LimitKind(
        "eca_wait_days", "501(r): from the first bill to collection actions", "days", _PATIENTS, PLACE, least=120
    ),
    LimitKind("eca_notice_days", "501(r): from the notice of them to the first", "days", _PATIENTS, least=30),
    LimitKind("assistance_period_days", "501(r): assistance can be asked for within", "days", _PATIENTS, least=240),
    LimitKind("collection_wait_days", "a state asks for, from the first bill to collection", "days", _PATIENTS, PLACE),
    LimitKind(
        "validation_mail_days", "a validation notice is received within business days", "days", _PATIENTS, most=30
    ),
    LimitKind("validation_days", "a debt can be disputed from then on within", "days", _PATIENTS, least=30, most=365),
    LimitKind("validation_due_days", "a notice is sent after the first contact within", "days", _PATIENTS, most=30),
    *(
        LimitKind(f"suit_years_{code}", f"to sue for {words}", "years", _COURTS, PLACE, 1, 20)
        for code, words in (
            ("written", "a written contract"),
            ("open", "an open account"),
            ("medical", "medical debt"),
        )
    ),
    LimitKind("suit_restarts", "1: a payment begins the time to sue anew", "restarts", _COURTS, PLACE, most=1),
    LimitKind(
        "suit_from_service",
        "1: counted from the service, not from the day to pay",
        "days of service",
        _COURTS,
        PLACE,
        most=1,
    ),
    LimitKind("suit_minimum", "nobody is sued for less than", "cents", _COURTS, PLACE, most=MILLION),
    LimitKind("suit_bill_days", "nobody is sued before, from the first statement", "days", _COURTS, PLACE),
    LimitKind("suit_help_days", "help was offered before a suit within", "days", _COURTS, PLACE, least=1),
    LimitKind("suit_service_check_days", "military service was looked up within", "days", _COURTS, most=180),
    LimitKind("bankruptcy_proof_days", "proof of claim in a bankruptcy within", "days", _COURTS, least=1),
    LimitKind("bankruptcy_objection_days", "objections after the meeting of creditors", "days", _COURTS, least=1),
    LimitKind("estate_claim_days", "claim of a creditor, from the death, within", "days", _COURTS, PLACE, least=1),
    LimitKind("autopay_retries", "a declined automatic payment is tried again", "times", _PATIENTS, most=8),
    LimitKind("autopay_retry_days", "next try of it, longer each time", "days", _PATIENTS, least=1, most=30),
    LimitKind("card_expiry_days", "a saved card is listed before it runs out", "days", _PATIENTS, is_shared=True),
    LimitKind("payment_return_days", "a bank may return a debit within", "days", _PATIENTS, is_shared=True),
    LimitKind("ach_presentments", "a debit is presented, in all, at most", "debits", _DEBITS, least=1, most=3),
    LimitKind("ach_represent_days", "presented again within", "days", _DEBITS, least=1, most=180),
    LimitKind("ach_correct_days", "a debit returned as incorrect is put right within", "days", _DEBITS, most=60),
    LimitKind("ach_return_days", "banking days for a return, but one not authorized", "days", _DEBITS, most=60),
    LimitKind("ach_stop_days", "banking days before a debit to stop it", "days", _DEBITS, most=10),
    LimitKind("ach_change_days", "banking days to follow a notice of change", "days", _DEBITS, least=1, most=6),
    LimitKind("ach_prenote_days", "banking days from a prenote to the first debit", "days", _DEBITS, least=3, most=30),
    LimitKind("ach_large_debit", "a debit is looked at by a second person above", "cents", _DEBITS, most=MILLION),
    LimitKind("ach_often", "a bank account is debited often from", "debits", _DEBITS, least=1, most=100),
    LimitKind("ach_often_days", "debits of a bank account are counted for", "days", _DEBITS, least=1, most=60),
    LimitKind("ach_rate_days", "return rates look back", "days", _DEBITS, least=30, most=180),
    *(
        LimitKind(f"ach_{code}_{word}", f"{label}, {says}", RATE, _DEBITS, least=1, most=10_000)
        for code, label in (
            ("unauthorized", "unauthorized returns"),
            ("administrative", "returns for wrong accounts"),
            ("overall", "returns of any kind"),
        )
        for word, says in (("warning", "warned of from"), ("most", "at most"))
    ),
    LimitKind("settle_middle_days", "a patient balance counts as older from", "days", _SETTLED, most=3_650),
    LimitKind("settle_old_days", "a patient balance counts as old from", "days", _SETTLED, most=3_650),
    LimitKind("settle_large", "a patient balance counts as large from", "cents", _SETTLED, most=MILLION),
    *(
        LimitKind(
            f"settle_{age}_{band}_{code}",
            f"settle {old} and {large} balances alone, at most",
            unit,
            _SETTLED,
            ROLE,
            most=most,
        )
        for age, old in SETTLED_AGES.items()
        for band, large in SETTLED_BANDS.items()
        for code, unit, most in (("percent", "percent", 100), ("dollars", "cents", NO_LIMIT))
    ),
    LimitKind("settle_offer_days", "a settlement is offered for", "days", _SETTLED, least=1, most=365),
    LimitKind("settle_longest_days", "a settlement is paid within", "days", _SETTLED, least=1, most=365),
    LimitKind("settle_payments", "a settlement is paid in at most", "payments", _SETTLED, least=1, most=4),
    LimitKind("settle_grace_days", "business days of grace after its days", "days", _SETTLED, most=30),
    LimitKind("prompt_pay_percent", "prompt-pay discount (0: none)", "percent", _SETTLED, most=50),
    LimitKind("prompt_pay_days", "for payment after the first statement within", "days", _SETTLED, least=1, most=120),
    LimitKind("hardship_pause_days", "nothing is asked after a hardship was told for", "days", _SETTLED, most=180),
    LimitKind("help_valid_days", "help counts as offered for", "days", _SETTLED, least=30, most=730),
    LimitKind("retro_medicaid_months", "Medicaid covers before an application", "months", _SETTLED, PLACE, most=12),
    LimitKind("trace_least", "nobody is looked for who owes less than", "cents", _TRACING, most=MILLION),
    LimitKind("trace_calls", "calls without the right person until they count as lost", "calls", _TRACING, least=1),
    LimitKind("trace_call_days", "these calls are spread over at least", "days", _TRACING),
    LimitKind("trace_tries", "attempts at leads until a search ends", "tries", _TRACING, least=1, most=100),
    LimitKind("trace_days", "a search ends after", "days", _TRACING, least=1),
    LimitKind("trace_quiet_days", "with no lead left it ends after", "days", _TRACING, least=1),
    LimitKind("trace_next_days", "a next step of a search is due within", "days", _TRACING, least=1, most=90),
    LimitKind("trace_share", "of the balance hits may cost", "percent", _TRACING, most=100),
    LimitKind("trace_hit", "a hit of a skip tracing vendor costs", "cents", _TRACING, most=10_000),
    LimitKind("ncoa_hit", "a new address from an NCOA file costs", "cents", _TRACING, most=10_000),
    LimitKind("ncoa_at_once", "1: a new address from an NCOA file is applied at once", "files", _TRACING, most=1),
    LimitKind("lead_half_life", "what a source says is worth half after", "days", _TRACING, least=1, most=LONGEST),
    LimitKind("lead_failure", "a failure takes from a lead", "percent", _TRACING, least=1, most=100),
    *(
        LimitKind(f"lead_{code}", f"{label} may be right, when it is new", "percent", _TRACING, most=95)
        for code, label in LEAD_SOURCES.items()
    ),
    LimitKind("record_access_days", "a patient gets access within", "days", _RECORDS, PLACE, least=1, most=30),
    LimitKind("record_extension_days", "access is extended once by at most", "days", _RECORDS, most=30),
    LimitKind("record_own_days", "any other request is answered within", "days", _RECORDS, PLACE, least=1, most=90),
    LimitKind("record_search_fee", "a copy costs, beside its pages", "cents", _RECORDS, PLACE, most=100_000),
    LimitKind("record_page_fee", "a page of a copy costs", "cents", _RECORDS, PLACE, most=1_000),
    LimitKind("record_access_page_fee", "a page costs the patient: its cost", "cents", _RECORDS, PLACE, most=1_000),
)
