"""Payers, their names and directory; merging and adopting; practices; what adjustments do."""

import datetime as dt
from dataclasses import replace

import pytest
from django.apps import apps
from django.urls import reverse

from arwork.lib.dated_rules import BadDates
from arwork.lib.errors import Conflict, DomainError
from arwork.staff.models import AuditEvent
from claims.billing.models import Claim
from claims.ledger import payer_balances
from claims.ledger.models import Receivable
from claims.parties.models import Coverage
from claims.payers import known_payers, services
from claims.payers.identify import PayerName, find_or_open
from claims.payers.models import Payer, PayerContact, PayerIdentifier, PayerRule, Plan
from claims.payers.payer_merge import KEPT_AS_RECORDED
from claims.payers.services import ContactFacts, PayerFacts
from claims.practices.models import Practice
from claims.practices.npi import is_npi
from claims.practices.services import BadPractice, PracticeFacts, change_practice, open_practice
from claims.remits import adjustment_rules
from claims.remits.adjustment_rules import treat_on
from claims.remits.era import Treatment
from claims.remits.models import AdjustmentRule
from collections_app.contacts.models import Contact
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests import cast
from tests.cast import NOW, TODAY

pytestmark = pytest.mark.django_db


def two_payers_that_are_one() -> tuple[Payer, Payer]:
    kept = cast.make_payer()
    gone = cast.make_payer(name="MERIDIAN CHOICE HLTH", payer_id="MER02")
    patient = cast.make_patient()
    cast.make_claim(patient=patient, payers=[kept])
    cast.make_claim(patient=patient, payers=[gone], number="TWIN")  # the same member under both names
    claim = cast.make_claim(payers=[gone], lines=["80.00"])
    worklist.refresh(claims=Claim.objects.values_list("pk", flat=True), today=TODAY, now=NOW)
    Contact.objects.create(
        practice=claim.practice, claim=claim, payer=gone, channel="phone", outcome="reached", at=NOW,
        by=cast.make_ana(claim.practice),
    )  # fmt: skip
    PayerRule.objects.create(payer=gone, kind="filing", value=60, basis="dos", valid_from=dt.date(2026, 1, 1))
    return gone, kept


def test_after_a_merger_nothing_but_the_log_names_the_merged_payer(ada) -> None:
    gone, kept = two_payers_that_are_one()
    owed = Receivable.objects.filter(payer__in=(gone, kept)).count()
    payer_balances.merge_payers(gone.pk, into=kept.pk, actor=ada, now=NOW)
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            if column.related_model is Payer:
                left = model._default_manager.filter(**{column.name: gone.pk}).count()
                assert left == (model._meta.label_lower in KEPT_AS_RECORDED), model
    assert Receivable.objects.filter(payer=kept).count() == owed
    assert WorkItem.objects.filter(state="open", payer=kept).count() == 3
    assert Plan.objects.filter(payer=kept).count() == 1  # both called theirs PPO
    assert Coverage.objects.filter(payer=kept).count() == 2  # the doubled policy is one
    assert Claim.objects.get(number="TWIN").coverage1.payer_id == kept.pk
    gone.refresh_from_db()
    assert not gone.is_active
    event = AuditEvent.objects.get(action="payers_merged")
    assert event.before["moved"]["receivable"] == 2
    assert find_or_open([PayerName("anything", (("PI", "MER02"),))]) == {
        PayerName("anything", (("PI", "MER02"),)): kept.pk
    }


def test_the_work_follows_a_merger(ada, django_capture_on_commit_callbacks) -> None:
    gone, kept = two_payers_that_are_one()
    Payer.objects.filter(pk=kept.pk).update(payer_class="medicare")
    item = WorkItem.objects.get(claim__number="TWIN", state="open")
    with django_capture_on_commit_callbacks(execute=True):
        payer_balances.merge_payers(gone.pk, into=kept.pk, actor=ada, now=NOW)
    before, item = item.deadline_on, WorkItem.objects.get(pk=item.pk)
    assert item.deadline_on != before


def test_a_payer_is_not_merged_into_itself_nor_without_confirmation(client, ada) -> None:
    gone, kept = two_payers_that_are_one()
    with pytest.raises(DomainError, match="another"):
        payer_balances.merge_payers(kept.pk, into=kept.pk, actor=ada, now=NOW)
    url = reverse("payer_merge", args=[gone.pk])
    assert client.get(f"{url}?into={kept.pk}").context["moves"]
    assert client.post(url, {"into": kept.pk}).status_code == 422
    assert Payer.objects.get(pk=gone.pk).is_active
    assert client.post(url, {"into": kept.pk, "sure": "1"}).status_code == 302
    assert not Payer.objects.get(pk=gone.pk).is_active


def test_an_imported_payer_is_recognized_and_taken_over_with_its_sources(client, ada) -> None:
    opened = Payer.objects.create(name="CIGNA HLTH & LIFE")
    PayerIdentifier.objects.create(payer=opened, qualifier="PI", value="62308")
    assert known_payers.suggestion_for(opened).known.name == "Cigna Healthcare"
    assert b"Take over Cigna Healthcare" in client.get(reverse("payer", args=[opened.pk])).content
    for _ in range(2):  # twice changes nothing
        client.post(reverse("payer_adopt", args=[opened.pk]), {"known": "Cigna Healthcare"})
        opened.refresh_from_db()
        assert (opened.name, opened.payer_class, opened.is_confirmed) == ("Cigna Healthcare", "commercial", True)
        rules = {rule.kind: rule for rule in PayerRule.objects.filter(payer=opened)}
        assert len(rules) == PayerRule.objects.count() == 4
        assert rules["appeal_1"].source.startswith("https://")
        assert rules["appeal_1"].confidence == "high"


def test_an_identifier_that_means_another_payer_is_refused_with_its_name(ada) -> None:
    cast.make_payer()
    other = services.open_payer(PayerFacts("Other Mutual", "commercial"), actor=ada, now=NOW)
    with pytest.raises(Conflict, match="Meridian Choice"):
        services.add_identifier(other.pk, qualifier="PI", value="mer01", actor=ada, now=NOW)


@pytest.mark.parametrize(
    ("facts", "stored"),
    [
        ({"kind": "phone", "value": "(800) 555-0141", "opens": dt.time(8), "closes": dt.time(17)}, "+18005550141"),
        ({"kind": "fax", "value": "800.555.0142"}, "+18005550142"),
        ({"kind": "portal", "value": "https://meridian.example"}, "https://meridian.example"),
        ({"kind": "phone", "value": "555"}, None),
        ({"kind": "phone", "value": "8005550141", "opens": dt.time(8)}, None),
        ({"kind": "phone", "value": "8005550141", "opens": dt.time(8), "closes": dt.time(9), "weekdays": ""}, None),
        ({"kind": "portal", "value": "http://meridian.example"}, None),
        ({"kind": "email", "value": "nobody"}, None),
    ],
)
def test_the_directory_keeps_what_can_be_dialed_and_opened(ada, facts, stored) -> None:
    payer = cast.make_payer()
    entry = ContactFacts(purpose="claims", **facts)
    if stored is None:
        with pytest.raises(DomainError):
            services.save_contact(payer.pk, None, facts=entry, actor=ada, now=NOW)
        assert not PayerContact.objects.exists()
        return
    assert services.save_contact(payer.pk, None, facts=entry, actor=ada, now=NOW).value == stored


def test_saving_confirms_a_payer_that_an_import_opened(client, ada) -> None:
    payer = Payer.objects.create(name="OPENED")
    form = {"name": "Opened Mutual", "payer_class": "bcbs", "state": "ne", "claims_per_call": "3", "is_active": "on"}
    assert client.post(reverse("payer_edit", args=[payer.pk]), form).status_code == 302
    payer.refresh_from_db()
    assert (payer.name, payer.state, payer.claims_per_call, payer.is_confirmed) == ("Opened Mutual", "NE", 3, True)


def test_a_refused_entry_comes_back_with_the_reason_beside_the_field(client, ada) -> None:
    url = reverse("payer_contact_new", args=[cast.make_payer().pk])
    form = {"kind": "phone", "purpose": "claims", "value": "12", "time_zone": "America/New_York"}
    page = client.post(url, form)
    assert page.status_code == 422
    assert page.context["form"].errors["value"]


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ("1245319599", True),
        ("1234567893", True),
        ("1234567890", False),
        ("3245319599", False),
        ("124531959", False),
        ("12453195९9", False),
    ],
)
def test_the_check_digit_of_an_npi(value: str, is_one: bool) -> None:
    assert is_npi(value) is is_one


def test_practices_are_checked_and_seen_by_whoever_opened_them(ada) -> None:
    with pytest.raises(BadPractice, match="NPI"):
        open_practice(PracticeFacts("Oak Street", "1234567890"), actor=ada, now=NOW)
    with pytest.raises(Conflict):
        open_practice(PracticeFacts("Twin", "1245319599"), actor=ada, now=NOW)
    made = open_practice(PracticeFacts("Oak Street", "1234567893", tin="123456789"), actor=ada, now=NOW)
    assert change_practice(made.pk, PracticeFacts("Oak St", "1234567893"), actor=ada, now=NOW).name == "Oak St"


def test_an_override_begins_on_its_day_and_ends_on_its_day(ada) -> None:
    payer = cast.make_payer()
    draft = adjustment_rules.TreatmentDraft("CO", "45", "denial", TODAY, payer.pk, None, "clause 7")
    row = adjustment_rules.add_override(draft, actor=ada, now=NOW)
    yesterday = TODAY - dt.timedelta(days=1)
    assert treat_on(TODAY, payer_id=payer.pk)("CO", "45", ()) == Treatment.DENIAL
    assert treat_on(yesterday, payer_id=payer.pk)("CO", "45", ()) == Treatment.CONTRACTUAL
    assert treat_on(TODAY, payer_id=None)("CO", "45", ()) == Treatment.CONTRACTUAL
    adjustment_rules.end_override(row.pk, last_day=TODAY, actor=ada, today=TODAY, now=NOW)
    assert treat_on(TODAY + dt.timedelta(days=1), payer_id=payer.pk)("CO", "45", ()) == Treatment.CONTRACTUAL


def test_an_override_that_has_ended_stays_as_it_is_and_one_that_has_not_begun_is_withdrawn(client, ada) -> None:
    past = adjustment_rules.TreatmentDraft("CO", "45", "denial", TODAY - dt.timedelta(days=9), source="letter")
    row = adjustment_rules.add_override(past, actor=ada, now=NOW)
    ended_on = TODAY - dt.timedelta(days=5)
    AdjustmentRule.objects.update(valid_to=ended_on)
    with pytest.raises(BadDates, match="ended already"):
        adjustment_rules.end_override(row.pk, last_day=TODAY, actor=ada, today=TODAY, now=NOW)
    row.refresh_from_db()
    assert row.valid_to == ended_on
    planned = replace(past, valid_from=TODAY + dt.timedelta(days=9))
    later = adjustment_rules.add_override(planned, actor=ada, now=NOW)
    now = adjustment_rules.add_override(replace(past, valid_from=TODAY), actor=ada, now=NOW)
    assert now.valid_to == TODAY + dt.timedelta(days=8)  # the planned one still takes over on its day
    assert client.post(reverse("adjustment_end", args=[later.pk])).status_code == 302
    assert client.post(reverse("adjustment_end", args=[now.pk])).status_code == 302
    now.refresh_from_db()
    assert now.valid_to == TODAY  # in force today: it stays on record and speaks until tonight
    assert "speaks again from tomorrow" in client.get(reverse("adjustments")).content.decode()
    events = AuditEvent.objects.filter(subject="adjustment_rule").order_by("pk")
    assert [one.action for one in events] == [
        "treatment_added", "treatment_added", "treatment_added", "treatment_withdrawn", "treatment_ended"
    ]  # fmt: skip


def test_an_override_for_a_remark_code_stands_beside_the_one_for_any(ada) -> None:
    draft = adjustment_rules.TreatmentDraft("CO", "45", "denial", TODAY - dt.timedelta(days=9), source="letter")
    plain = adjustment_rules.add_override(draft, actor=ada, now=NOW)
    remarked = adjustment_rules.TreatmentDraft("CO", "45", "disputable", TODAY, source="bulletin", rarc="N781")
    row = adjustment_rules.add_override(remarked, actor=ada, now=NOW)
    plain.refresh_from_db()
    assert (row.rarc, plain.valid_to) == ("N781", None)
    answer = treat_on(TODAY, payer_id=None)
    assert answer("CO", "45", ("N781",)) == Treatment.DISPUTABLE
    assert answer("CO", "45", ("M15",)) == Treatment.DENIAL


@pytest.mark.parametrize(
    "wrong",
    [
        {"carc": ""}, {"treatment": "transfer"}, {"group": "XX"}, {"treatment": "nothing"}, {"rarc": "45"},
        {"rarc": "MA1300"},
    ],
)  # fmt: skip
def test_an_override_that_would_forgive_denials_or_bill_the_patient_is_refused(ada, wrong) -> None:
    facts = {"group": "CO", "carc": "45", "treatment": "contractual", "valid_from": TODAY} | wrong
    with pytest.raises(adjustment_rules.BadTreatment):
        adjustment_rules.add_override(adjustment_rules.TreatmentDraft(**facts), actor=ada, now=NOW)


def test_a_practice_that_a_file_opened_is_completed_while_its_number_stays_as_it_came(client, ada) -> None:
    opened = Practice.objects.create(name="METRO CENTER", npi="1234567890")
    opened.staff.add(ada)
    assert "no state" in client.get(reverse("setup")).content.decode()
    entered = {
        "name": "Metro Center",
        "npi": opened.npi,
        "state": "tx",
        "time_zone": "America/Chicago",
        "is_active": "on",
    }
    assert client.post(reverse("practice_edit", args=[opened.pk]), entered).status_code == 302
    opened.refresh_from_db()
    assert (opened.name, opened.state, opened.time_zone) == ("Metro Center", "TX", "America/Chicago")
    assert "no state" not in client.get(reverse("setup")).content.decode()
    answer = client.post(reverse("practice_edit", args=[opened.pk]), entered | {"npi": "1234567891"})
    assert answer.status_code == 422
    assert "That is no NPI" in answer.content.decode()
