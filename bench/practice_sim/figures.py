"""What the worlds are drawn from. Each figure with its page; "guess" marks what nobody has published.

None of them is read by the product: its own priors stand in `collections_app/worklist/seeds/scoring.yaml` and
`claims/denials/seeds/win_rates.yaml`, and a world's payers differ from these means as well.
"""

BUSINESS_DAYS = 60
OPEN_ITEMS = 2_000
#: HFMA members: 50 accounts a day and collector, clinical denials 25 to 30 (hfma.org/Content.aspx?id=17761).
COLLECTORS, MINUTES_A_DAY = 2, 400
MAIL_A_DAY = 42  # guess: an inventory of 1,800 to 2,300 a collector turns over in a quarter (hcpro.com/REV-40562-2477)

#: Shares of what is open and of what comes in. Guess, after physicianspractice.com/view/billing-benchmarks
#: (staff for insurance follow-up 3.1, patients 1.8 of a hundred thousand claims).
KINDS = {"no_response": 0.40, "denied": 0.24, "rejected": 0.04, "underpaid": 0.05, "patient_balance": 0.27}

#: Payer classes: share of claims (guess), factor on winning (Premier 2022: MA 52.7 of 54.3 percent), allowed of charged
#: (guess; commercial pays about twice what Medicare does, RAND hospital studies).
CLASSES = {
    "commercial": (0.34, 1.00, 0.58),
    "bcbs": (0.18, 1.04, 0.62),
    "medicare": (0.16, 1.08, 0.34),
    "medicare_advantage": (0.12, 0.92, 0.36),
    "medicaid": (0.07, 0.90, 0.26),
    "medicaid_mco": (0.07, 0.86, 0.28),
    "workers_comp": (0.04, 0.82, 0.66),
    "auto_liability": (0.02, 0.70, 0.72),
}
PAYERS = 16
PAYER_SPREAD = 0.30  # guess: how far a payer's own way is from its class, on the logit
ALLOWED_SPREAD = 0.20  # guess: of a claim around its payer's share, relative

CHARGE = (270.0, 1.15)  # dollars, median and sigma of the logarithm; guess
PATIENT = (115.0, 1.15)  # athenahealth: balances over 200 dollars are a quarter of the obligations
SHORT = (60.0, 0.9)  # guess

#: Reasons of denials: share, won if worked. Mix after vigil-ai denial codes (CO-16 15 to 20 percent, CO-18 10 to 12,
#: CO-11 and CO-4 together 15, CO-96 9, CO-27 6, CO-22 6, CO-97 5) and KFF (no authorization 9, necessity 6 percent).
#: Won: KFF, 44 percent of appeals overturned; Premier 54 to 70 percent in the end; vendors as upper bounds, lowered.
DENIALS = {
    "missing_info": (0.22, 0.66),
    "duplicate": (0.11, 0.12),
    "coding": (0.17, 0.64),
    "non_covered": (0.11, 0.06),
    "authorization": (0.13, 0.40),
    "medical_necessity": (0.08, 0.42),
    "eligibility": (0.07, 0.34),
    "cob": (0.06, 0.70),
    "bundling": (0.05, 0.25),
}
CARC = {
    "missing_info": "16", "duplicate": "18", "coding": "4", "non_covered": "96", "authorization": "197",
    "medical_necessity": "50", "eligibility": "27", "cob": "22", "bundling": "97",
}  # fmt: skip
ITEM_SPREAD = 0.55  # guess: how far one case is from its segment, on the logit
SECOND_TRY = 0.45  # of a case lost once, factor on winning again; three rounds are usual (Premier)
AFTER_WINDOW = 0.04  # guess: what is still won when the window has closed
LOST_ON_THE_WAY = 0.10  # guess: what was sent and never arrived
MONTHLY_DECAY = 0.93  # collectability falls with age: ehrsource.com collections optimization, denial cases less

#: What becomes of a claim nobody has answered, by its age in days: coming by itself, never received, waits for records,
#: denied without our knowing, dead. Ehrsource: 95 percent of 30 days old is collected, 30 percent of 120 and more.
UNANSWERED = (
    (45, (0.66, 0.12, 0.09, 0.09, 0.04)),
    (75, (0.40, 0.22, 0.14, 0.15, 0.09)),
    (120, (0.20, 0.27, 0.15, 0.20, 0.18)),
    (9999, (0.06, 0.22, 0.10, 0.26, 0.36)),
)
RESENT, RECORDS, FIXED, SHORT_WON = 0.84, 0.66, 0.88, 0.38  # guess; a rejected claim was never decided

#: Patients: outbound calls reach about 30 percent and half of those pay or arrange something (medirevv.com); "10-10-10"
#: is the pessimist's figure (medevolve). By amount: 500 dollars is the line between paying and walking (healthexec).
ANSWERS = (1.6, 4.4)  # beta: mean 0.27
AGREES = ((100, 0.55), (200, 0.50), (500, 0.44), (1000, 0.30), (5000, 0.20), (10**9, 0.10))
PAYS_ALONE = ((60, 0.35), (120, 0.18), (9999, 0.06))  # by age; insured patients pay 34 percent in all (Kodiak 2024)
KEEPS = 0.65  # guess: no figure of kept promises was found
NUMBER_WRONG, NUMBER_FOUND = 0.05, 0.35  # guess
GIVEN_UP, GIVEN_UP_WRONGLY = 0.6, 0.1  # guess: what a supervisor who is asked writes off

#: Minutes: hold of a payer (median, sigma; a hold of 40 minutes is reported at arrowhq), talk and work.
HOLD, TALK, NO_AGENT = (7.0, 0.55), 4.0, 0.08
WORK = {
    "appeal": 17.0, "correct": 8.0, "records": 9.0, "resend": 5.0, "dispute": 14.0, "send": 5.0, "find": 6.0,
    "talk": 7.5, "ring": 2.2, "skip": 5.5, "medical_necessity": 24.0,
}  # fmt: skip
