"""Installments taken by themselves, what fails, what is written down and reminded of."""

import datetime as dt
from decimal import Decimal

import pytest

from arwork.staff.models import AuditEvent
from claims.parties.models import PersonEmail
from claims.receipts.models import Receipt
from collections_app.ach.authorizations import note_sent
from collections_app.ach.models import AchEntry
from collections_app.contacts.consents import give_consent
from collections_app.deliveries.models import Delivery
from collections_app.letters.models import Letter
from collections_app.payments.models import Payment, PaymentMethod
from collections_app.plans import papers
from collections_app.plans import services as plans
from collections_app.plans.autopay import charge_due, hear_failure
from collections_app.plans.models import PaymentPlan, PlanEvent
from collections_app.plans.reminders import remind_due
from collections_app.plans.schedule import BadPlan
from collections_app.plans.selectors import last_failure
from tests.ach.stories import answered, authorized, collecting, sent, settled
from tests.cast import NOW, TODAY, make_account, make_practice, make_sol
from tests.plans.conftest import DAY, FIRST, agreed, draft, live_in, noon, settle

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def card(account, ana):
    """A card in the sandbox that is good for years."""
    return PaymentMethod.objects.create(
        practice=account.practice, account=account, kind="card", processor="sandbox", token="tok_good", brand="Visa",
        last4="4242", expires_on=dt.date(2029, 12, 31), consent_how="spoken", consent_on=TODAY, consent_words="Yes",
        added_at=NOW, added_by=ana,
    )  # fmt: skip


def on_autopay(account, ana, card):
    plan = plans.propose(draft(account, ana), actor=ana, today=TODAY, now=NOW)
    consent = plans.TakenConsent("spoken", "Gus Guarino", autopay_id=card.pk)
    return plans.agree(plan.pk, schedule_id=plan.proposed_id, consent=consent, actor=ana, today=TODAY, now=NOW)


@pytest.fixture
def charges(monkeypatch):
    """What was charged, without a processor: each is kept as a payment in the state that `answers` says."""
    made = []

    def charge(*, method_id, amount, on, key, chosen, source, **_):
        method = PaymentMethod.objects.get(pk=method_id)
        made.append((amount, on, chosen))
        return Payment.objects.create(
            practice=method.practice, account=method.account, method=method, kind=method.kind, source=source, key=key,
            amount=amount, state=charge.state, due_on=on, asked_on=on, asked_at=noon(on),
            taken_on=on if charge.state == "succeeded" else None,
        )  # fmt: skip

    charge.state = "succeeded"
    monkeypatch.setattr("collections_app.plans.autopay.charge", charge)
    charge.made = made
    return charge


def test_an_installment_is_charged_on_its_day_once(account, ana, card, charges):
    on_autopay(account, ana, card)
    assert charge_due(today=FIRST - DAY, now=noon(FIRST - DAY)) == {"charged": 0, "declined": 0}
    assert charge_due(today=FIRST, now=noon(FIRST)) == {"charged": 1, "declined": 0}
    assert charge_due(today=FIRST, now=noon(FIRST)) == {"charged": 0, "declined": 0}
    [(amount, on, chosen)] = charges.made
    assert (amount, on, sum(chosen.values())) == (D(100), FIRST, D(100))
    assert PlanEvent.objects.filter(code="charged").count() == 1


def test_a_declined_charge_is_told_and_the_plan_breaks_at_the_end_of_its_grace(account, ana, card, charges):
    plan = on_autopay(account, ana, card)
    charges.state = "declined"
    assert charge_due(today=FIRST, now=noon(FIRST)) == {"charged": 0, "declined": 1}
    payment = Payment.objects.get()
    hear_failure([payment.pk], FIRST, noon(FIRST))
    assert PlanEvent.objects.filter(plan=plan, code="declined").count() == 1
    assert settle(plan, FIRST).state == "current"
    Payment.objects.filter(pk=payment.pk).update(retry_on=FIRST + 12 * DAY)
    assert settle(plan, dt.date(2026, 12, 9)).state == "broken"
    payment.refresh_from_db()
    assert payment.retry_on is None  # nothing more is taken by itself
    assert charge_due(today=dt.date(2027, 1, 4), now=noon(dt.date(2027, 1, 4))) == {"charged": 0, "declined": 0}


def test_a_card_that_ran_out_is_not_charged(account, ana, card, charges):
    on_autopay(account, ana, card)
    PaymentMethod.objects.update(expires_on=FIRST - DAY)
    assert charge_due(today=FIRST, now=noon(FIRST)) == {"charged": 0, "declined": 1}
    assert charges.made == []


def test_only_a_card_of_the_account_pays_for_it(account, ana, card):
    other = make_account(practice=make_practice(), last="Other")
    PaymentMethod.objects.filter(pk=card.pk).update(account=other)
    with pytest.raises(BadPlan, match="Choose a card"):
        on_autopay(account, ana, card)
    assert PaymentPlan.objects.get().state == "proposed"


def test_the_agreement_is_a_frozen_letter_in_the_language_it_was_read_in(account, ana):
    live_in(account, "NY")
    plan = agreed(account, ana)
    letter = papers.write_agreement(plan.pk, actor=ana, today=TODAY, now=NOW)
    plan.refresh_from_db()
    assert (plan.agreement, letter.kind, letter.language) == (letter, "plan_agreement", "en")
    assert len(letter.sha256) == 64
    again = papers.write_agreement(plan.pk, actor=ana, today=TODAY, now=NOW)
    assert again == letter  # the very same words of one day are one letter
    spanish = papers.write_agreement(plan.pk, actor=ana, today=TODAY, now=NOW, language="es")
    assert spanish != letter


def test_mailing_the_agreement_confirms_it_in_writing(account, ana):
    live_in(account, "DC", "20001")
    plan = agreed(account, ana)
    sent = papers.mail_letter(plan.pk, actor=ana, today=TODAY, now=NOW)
    plan.refresh_from_db()
    assert (sent.channel, plan.confirmed_at) == ("mail", NOW)


@pytest.mark.parametrize(("state", "kind"), [("broken", "plan_broken"), ("paid", "plan_paid")])
def test_what_became_of_a_plan_is_written(account, ana, state, kind):
    live_in(account, "NY")
    plan = settle(agreed(account, ana), dt.date(2026, 12, 9))
    if state == "paid":
        PaymentPlan.objects.update(state="paid", received=500)
    letter = papers.write_letter(plan.pk, actor=ana, today=dt.date(2026, 12, 9), now=noon(dt.date(2026, 12, 9)))
    assert letter.kind == kind


def test_what_is_due_is_reminded_of_once_by_e_mail_where_they_agreed(account, ana):
    live_in(account, "TX", "75001")
    plan = agreed(account, ana)
    email = PersonEmail.objects.create(person=account.guarantor, address="gus@example.com")
    give_consent(
        actor=ana, person_id=account.guarantor_id, channel="email", address_id=email.pk, source="call", said_on=TODAY,
        now=NOW, today=TODAY,
    )  # fmt: skip
    assert remind_due(today=FIRST - 6 * DAY, now=noon(FIRST - 6 * DAY)) == 0
    assert remind_due(today=FIRST - 5 * DAY, now=noon(FIRST - 5 * DAY)) == 1
    assert remind_due(today=FIRST - 4 * DAY, now=noon(FIRST - 4 * DAY)) == 0
    delivery, letter = Delivery.objects.get(), Letter.objects.get()
    assert (delivery.channel, delivery.purpose, delivery.letter, letter.kind) == (
        "email",
        "plan",
        letter,
        "plan_reminder",
    )
    plan.refresh_from_db()
    assert plan.reminded_on == FIRST - 5 * DAY


def test_who_agreed_to_no_message_gets_none(account, ana):
    live_in(account, "NY")
    agreed(account, ana)
    assert remind_due(today=FIRST - 5 * DAY, now=noon(FIRST - 5 * DAY)) == 0
    assert not Delivery.objects.exists()
    assert not Receipt.objects.exists()


def by_bank(account, ana, **allowed):
    """Gus allowed several debits of his account by phone; it is confirmed, and the copy went out."""
    collecting(account.practice)
    given = authorized(account, ana, **({"frequency": "recurring", "amount": D("100.00")} | allowed))
    note_sent(given.pk, on=TODAY, actor=ana, now=NOW)
    return PaymentMethod.objects.get(bank_authorization=given)


def test_a_plan_is_not_paid_by_debits_that_nobody_allowed(account, ana):
    method = by_bank(account, ana, amount=D("60.00"))
    with pytest.raises(BadPlan, match=r"\$60.00 at most was authorized, and the largest installment is \$100.00"):
        on_autopay(account, ana, method)
    assert PaymentPlan.objects.get().state == "proposed"


def test_a_debit_that_came_back_is_not_tried_again_once_other_terms_are_agreed(account, ana):
    sol = make_sol(account.practice)
    plan = on_autopay(account, ana, by_bank(account, ana))
    assert charge_due(today=FIRST, now=noon(FIRST)) == {"charged": 1, "declined": 0}
    sent(account.practice, sol, FIRST)
    settled(FIRST + DAY)
    answered(account.practice, sol, ("R01", AchEntry.objects.get()), day=FIRST + 2 * DAY)
    plan.refresh_from_db()
    assert (plan.state, Receipt.objects.get().state) == ("broken", "returned")
    again = AchEntry.objects.get(represents__isnull=False)
    assert (again.state, last_failure(plan)) == (
        "pending", "$100.00, Checking 6789: returned by the bank: R01 Not enough funds",
    )  # fmt: skip
    day = FIRST + 3 * DAY
    plans.renegotiate(
        plan.pk, draft(account, ana, each="50.00", today=day, first=day + 14 * DAY), actor=ana, today=day, now=noon(day)
    )
    again.refresh_from_db()
    assert again.state == "pending"  # nobody agreed yet
    plan.refresh_from_db()
    consent = plans.TakenConsent("spoken", "Gus Guarino")
    plans.agree(plan.pk, schedule_id=plan.proposed_id, consent=consent, actor=ana, today=day, now=noon(day))
    again.refresh_from_db()
    assert (again.state, again.why) == ("cancelled", "Other terms were agreed")
    assert not PlanEvent.objects.filter(plan=plan, code="caught_up").exists()  # nothing was paid


def test_a_plan_is_paid_another_way_without_new_terms(account, ana, card, charges):
    plan = on_autopay(account, ana, card)
    ways = {"said_by": "Gus Guarino", "actor": ana, "today": TODAY, "now": NOW}
    with pytest.raises(BadPlan, match="paid so already"):
        plans.change_autopay(plan.pk, method_id=card.pk, **ways)
    with pytest.raises(BadPlan, match="Choose a card"):
        plans.change_autopay(plan.pk, method_id=card.pk + 99, **ways)
    assert plans.change_autopay(plan.pk, method_id=None, **ways).autopay is None
    assert charge_due(today=FIRST, now=noon(FIRST)) == {"charged": 0, "declined": 0}
    changed = plans.change_autopay(plan.pk, method_id=card.pk, **ways)
    assert (changed.schedule_id, changed.autopay) == (plan.schedule_id, card)
    assert charge_due(today=FIRST, now=noon(FIRST)) == {"charged": 1, "declined": 0}
    told = list(PlanEvent.objects.filter(plan=plan, code="autopay").order_by("pk").values_list("words", flat=True))
    assert told[0] == f"By themselves, each time, before: {card}. Asked by Gus Guarino"
    assert AuditEvent.objects.filter(action="plan_autopay_changed").count() == 2


def test_what_failed_is_not_tried_again_on_the_card_that_was_replaced(account, ana, card, charges):
    plan = on_autopay(account, ana, card)
    charges.state = "declined"
    charge_due(today=FIRST, now=noon(FIRST))
    Payment.objects.update(retry_on=FIRST + 3 * DAY)
    plans.change_autopay(plan.pk, method_id=None, said_by="Gus", actor=ana, today=FIRST, now=noon(FIRST))
    assert Payment.objects.get().retry_on is None
