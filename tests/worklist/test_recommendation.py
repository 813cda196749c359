"""One recommendation, and it fits the reason: every code of the list has a way whose words and button agree."""

from decimal import Decimal
from itertools import product

import pytest

from arwork.lib.dated_rules import read_seed
from claims.denials.models import Denial
from claims.denials.routing import SEEDS, WAYS, categories_by_carc, route
from claims.payers.code_words import SEEDS as CODE_LISTS
from claims.payers.models import PayerClass
from collections_app.demo.places import DENIALS
from collections_app.worklist import recommendation
from collections_app.worklist.dispositions import BY_CODE, NEXT_ACTIONS, actions_for, dispositions_for
from collections_app.worklist.kinds import WORK_KINDS
from collections_app.worklist.models import WorkItem
from collections_app.worklist.rate_models import SegmentRate
from collections_app.worklist.recommendation import STEPS, WinHistory, rate_words, recommendation_for
from tests.cast import NOW, TODAY
from tests.desk.conftest import denied_item

ROUTING = read_seed(SEEDS / "routing.yaml")
CARCS = sorted({*map(str, read_seed(CODE_LISTS / "carc.yaml")), *categories_by_carc(), "ZZ9"})
RARCS = [(), *((code,) for entry in ROUTING["remarks"] for code in entry["rarcs"]), ("N1",)]

#: What outranks the new claim that MA130 and N517 ask for.
NEVER_SENT_AGAIN = ("new_claim", "verify", "dispute", "exception", "nothing")
#: What a good biller does first, family by family: reason, remarks, words of the button, digit, outcome.
FAMILIES = [
    ("CO", "109", "", "Bill the right payer", "corrected_claim", "other_payer_billed"),
    ("CO", "22", "MA92", "Bill the right payer", "corrected_claim", "other_payer_billed"),
    ("CO", "96", "N418", "Bill the right payer", "corrected_claim", "other_payer_billed"),
    ("CO", "19", "", "Bill the other carrier", "corrected_claim", "other_payer_billed"),
    ("CO", "16", "MA04", "Send it again with the primary payer's EOB", "corrected_claim", "corrected_claim_sent"),
    ("CO", "252", "", "Send the records", "records", "records_sent"),
    ("CO", "252", "N706", "Send the records", "records", "records_sent"),
    ("CO", "226", "", "Send the records", "records", "records_sent"),
    ("CO", "16", "N706", "Send the records", "records", "records_sent"),
    ("CO", "163", "", "Send the records", "records", "records_sent"),
    ("CO", "27", "", "Verify the coverage, then ask the patient", "call_payer", ""),
    ("PR", "31", "", "Verify the coverage, then ask the patient", "call_payer", ""),
    ("PR", "119", "", "Verify the coverage, then ask the patient", "call_payer", ""),
    ("CO", "18", "N522", "Look for the original claim", "call_payer", ""),
    ("CO", "4", "", "Send a corrected claim", "corrected_claim", "corrected_claim_sent"),
    ("CO", "11", "", "Send a corrected claim", "corrected_claim", "corrected_claim_sent"),
    ("CO", "16", "N290", "Send a corrected claim", "corrected_claim", "corrected_claim_sent"),
    ("CO", "16", "MA130", "Send a new claim", "corrected_claim", "corrected_claim_sent"),
    ("CO", "16", "", "Ask the payer for the remark code", "call_payer", ""),
    ("CO", "197", "", "Find the authorization and send a corrected claim", "corrected_claim", "corrected_claim_sent"),
    ("CO", "50", "N115", "Appeal with the records", "appeal", "appeal_sent"),
    ("CO", "29", "", "Appeal with the proof of timely filing", "appeal", "appeal_sent"),
    ("CO", "97", "M15", "Send a corrected claim, if the records support a modifier", "corrected_claim",
     "corrected_claim_sent"),
    ("CO", "204", "", "Check the benefit with the payer", "call_payer", ""),
    ("PI", "242", "", "Appeal, and ask for a single-case agreement", "appeal", "appeal_sent"),
    ("PI", "45", "", "Dispute the payment", "appeal", "appeal_sent"),
    ("PR", "227", "", "Ask the patient for what the payer waits for", "call_payer", "waits_for_patient"),
    ("OA", "133", "", "Ask for the status", "call_payer", ""),
    ("CO", "B7", "", "Hand it to enrollment", "corrected_claim", "corrected_claim_needed"),
    ("CO", "193", "", "Appeal at the next level", "appeal", "appeal_sent"),
    ("CO", "209", "", "Write it off; the patient may not be billed", "close", "payer_write_off_proposed"),
    ("CO", "B13", "", "Look for the earlier payment", "call_payer", ""),
    ("CO", "B11", "", "Follow up with the payer it was sent to", "call_payer", ""),
    ("CO", "ZZ9", "", "Ask the payer what it means", "call_payer", ""),
]  # fmt: skip


@pytest.mark.parametrize(("group", "carc", "rarcs", "words", "digit", "outcome"), FAMILIES)
def test_each_family_has_the_step_that_its_reason_asks_for(group, carc, rarcs, words, digit, outcome):
    step = STEPS[route(group, carc, rarcs.split()).way]
    assert (step.words, step.action, step.outcome) == (words, digit, outcome)


def test_each_step_leads_where_its_outcome_is_and_the_desk_of_a_denied_claim_offers_both():
    digits = {one.code for one in actions_for("denied")}
    offered = {one.code for one in dispositions_for("denied")}
    assert set(STEPS) == set(WAYS)
    for step in STEPS.values():
        assert step.action in digits
        assert not step.outcome or (step.outcome in offered and BY_CODE[step.outcome].action == step.action)


def test_every_code_of_the_list_and_of_the_demo_has_a_step_and_none_appeals_what_cannot_be_appealed():
    demo = {(group, carc, rarcs) for group, carc, _, rarcs in DENIALS}
    asked = {*product(("CO", "PR", "PI", "OA"), CARCS, RARCS), *demo}
    used = set()
    for (group, carc, rarcs), payer_class in product(asked, (PayerClass.COMMERCIAL.value, PayerClass.MEDICARE.value)):
        found = route(group, carc, rarcs, payer_class=payer_class)
        step = STEPS[found.way]
        used.add(found.way)
        told = (group, carc, rarcs, payer_class, found)
        assert found.appealable or found.kind == "none" or step.action != "appeal", told
        assert found.corrects_with != "new_claim" or found.way in NEVER_SENT_AGAIN, told
        assert found.way != "correct" or payer_class != PayerClass.MEDICARE or found.corrects_with == "new_claim", told
    assert used == set(WAYS)


def test_medicare_has_no_appeal_of_what_was_filed_late():
    found = route("CO", "29", payer_class=PayerClass.MEDICARE)
    assert (found.appealable, STEPS[found.way].outcome) == (False, "payer_write_off_proposed")
    assert "42 CFR 424.44(b)" in found.action


def test_the_words_of_a_rate_name_their_count_or_say_that_there_is_none():
    assert rate_words("cob", WinHistory()) == (
        "usual rate 62 %, no history here yet",
        "vendor, CO-22 60-65 percent: same page",
    )
    assert rate_words("cob", WinHistory(won=5, decided=8))[0] == "won 62 % of the time here (5 of 8)"
    assert rate_words("cob", WinHistory(won=0, decided=3))[0] == "won 0 % of the time here (0 of 3)"
    assert rate_words("cob", WinHistory(won=1_200, decided=2_000))[0] == "won 60 % of the time here (1,200 of 2,000)"


@pytest.mark.django_db
class TestAtTheDesk:
    def test_a_claim_of_the_wrong_payer_is_billed_to_the_right_one(self, ana):
        item = denied_item(carc="109")
        found = recommendation_for(item, payer_class="commercial")
        assert (found.words, found.outcome) == ("Bill the right payer", "other_payer_billed")
        assert found.because.startswith("CO-109: other insurance or wrong payer. Find out who covers it")

    def test_the_rate_is_the_practices_own_once_there_is_history(self, ana):
        item = denied_item(carc="109")
        Denial.objects.update(category="cob")
        item.category = "cob"
        assert recommendation_for(item, payer_class="commercial").rate == "usual rate 62 %, no history here yet"
        for age, decided, won in (("60", 6, "450.00"), ("120", 2, "50.00")):
            SegmentRate.objects.create(
                practice=item.practice, kind="denied", payer_class="commercial", category="cob", age_band=age,
                decided=decided, at_stake=Decimal("400.00"), recovered=Decimal(won), computed_on=TODAY,
            )  # fmt: skip
        assert recommendation_for(item, payer_class="commercial").rate == "won 62 % of the time here (5 of 8)"
        assert recommendation_for(item, payer_class="medicare").rate.startswith("usual rate")

    def test_what_somebody_planned_comes_first_but_what_says_nothing_does_not(self, ana):
        item = denied_item(carc="50")
        item.decided_at, item.next_action = NOW, "check_appeal"
        planned = recommendation_for(item)
        assert (planned.words, planned.action, planned.outcome) == ("Check the appeal", "call_payer", "")
        assert planned.denial.startswith("CO-50: medical necessity")
        item.next_action = "work_denial"
        assert recommendation_for(item).words == "Appeal with the records"

    def test_what_a_payer_calls_the_patients_is_verified_first(self, ana):
        item = denied_item(carc="22")
        item.bucket = "PATIENT"
        assert recommendation_for(item).words == "Verify the coverage, then ask the patient"


@pytest.mark.parametrize(("kind", "planned"), [*product(WORK_KINDS, NEXT_ACTIONS)])
def test_whatever_is_planned_leads_to_a_digit_that_the_kind_has(kind, planned):
    found = recommendation._planned(WorkItem(kind=kind, next_action=planned))
    assert found.action in {one.code for one in actions_for(kind)}
    if found.outcome:
        assert kind in BY_CODE[found.outcome].kinds
        assert BY_CODE[found.outcome].action == found.action
