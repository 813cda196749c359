"""Payers, their names and directory; merging and adopting; practices; what adjustments do."""

import datetime as dt
from dataclasses import replace

import pytest
from django.apps import apps
from django.urls import reverse

from arwork.lib.dated_rules import BadDates
from arwork.lib.errors import Conflict, DomainError, Forbidden, NotFound
from arwork.staff.models import AuditEvent
from claims.billing.models import Claim
from claims.ledger import payer_balances
from claims.ledger.models import Receivable
from claims.parties.models import Coverage
from claims.payers import known_payers, payer_merge, services
from claims.payers.identify import PayerName, find_or_open
from claims.payers.models import Payer, PayerContact, PayerIdentifier, PayerMerge, PayerRule, Plan
from claims.payers.payer_merge import KEPT_AS_RECORDED
from claims.payers.phones import shown_number
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
from tests.cast import NOW, TODAY, make_ada, make_claim, make_payer, make_practice

pytestmark = pytest.mark.django_db
#: Kept as recorded as well, and none of it in this story.
ABSENT = {"collections_app.statusanswer"}


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


def test_after_a_merger_nothing_but_the_log_names_the_merged_payer(oona) -> None:
    gone, kept = two_payers_that_are_one()
    owed = Receivable.objects.filter(payer__in=(gone, kept)).count()
    payer_balances.merge_payers(gone.pk, into=kept.pk, actor=oona, now=NOW)
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            if column.related_model is Payer:
                left = model._default_manager.filter(**{column.name: gone.pk}).count()
                is_kept = model._meta.label_lower in KEPT_AS_RECORDED - ABSENT and column.name != "kept"
                assert left == is_kept, model
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


def _rows_naming(*payers: Payer) -> dict[str, list[tuple[object, ...]]]:
    """Every row that names one of the payers or one of their plans, column by column, but for the record of mergers."""
    found = {}
    plans = Plan.objects.filter(payer__in=payers)
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            wanted = payers if column.related_model is Payer else plans if column.related_model is Plan else None
            if wanted is not None and model is not PayerMerge:
                rows = model._default_manager.filter(**{f"{column.name}__in": wanted})
                found[f"{model._meta.label}.{column.name}"] = sorted(rows.values_list("pk", column.attname))
    return found


def test_a_merger_is_taken_back_to_the_last_row(oona) -> None:
    gone, kept = two_payers_that_are_one()
    Payer.objects.filter(pk=gone.pk).update(notes="Calls back")
    before = _rows_naming(gone, kept)
    stood = {payer.pk: (payer.notes, payer.is_active, payer.is_confirmed) for payer in Payer.objects.all()}
    payer_balances.merge_payers(gone.pk, into=kept.pk, actor=oona, now=NOW)
    assert _rows_naming(gone, kept) != before
    (merger,) = payer_merge.mergers_into(kept.pk, actor=oona)
    payer_balances.unmerge_payers(merger.pk, actor=oona, now=NOW)
    assert _rows_naming(gone, kept) == before
    assert stood == {payer.pk: (payer.notes, payer.is_active, payer.is_confirmed) for payer in Payer.objects.all()}
    assert not payer_merge.mergers_into(kept.pk, actor=oona)
    assert AuditEvent.objects.get(action="payers_unmerged").after == {"payer": gone.pk, "name": gone.name}
    with pytest.raises(NotFound):
        payer_balances.unmerge_payers(merger.pk, actor=oona, now=NOW)


def test_what_came_after_a_merger_stays_and_the_latest_is_taken_back_first(oona) -> None:
    gone, kept = two_payers_that_are_one()
    third = make_payer(name="Third Mutual", payer_id="THIRD")
    payer_balances.merge_payers(gone.pk, into=kept.pk, actor=oona, now=NOW)
    first = payer_merge.mergers_into(kept.pk, actor=oona)[0]
    with pytest.raises(Conflict):  # it is part of the other already
        payer_balances.merge_payers(gone.pk, into=third.pk, actor=oona, now=NOW)
    PayerRule.objects.create(payer=kept, kind="appeal_1", value=90, basis="notice", valid_from=dt.date(2026, 1, 1))
    payer_balances.merge_payers(kept.pk, into=third.pk, actor=oona, now=NOW)
    with pytest.raises(Conflict, match="first"):
        payer_balances.unmerge_payers(first.pk, actor=oona, now=NOW)
    second = payer_merge.mergers_into(third.pk, actor=oona)[0]
    payer_balances.unmerge_payers(second.pk, actor=oona, now=NOW)
    payer_balances.unmerge_payers(first.pk, actor=oona, now=NOW)
    assert list(PayerRule.objects.filter(kind="appeal_1").values_list("payer", flat=True)) == [kept.pk]
    assert list(PayerRule.objects.filter(kind="filing").values_list("payer", flat=True)) == [gone.pk]


def test_shared_payers_are_an_owner_s_and_the_count_is_over_all_practices(client, oona) -> None:
    gone, kept = two_payers_that_are_one()
    ada = make_ada(make_practice())
    for change in (
        lambda: payer_balances.merge_payers(gone.pk, into=kept.pk, actor=ada, now=NOW),
        lambda: services.adopt(gone.pk, "Aetna", actor=ada, now=NOW),
        lambda: services.add_identifier(gone.pk, qualifier="PI", value="X1", actor=ada, now=NOW),
    ):
        with pytest.raises(Forbidden, match="Ask an owner"):
            change()
    make_claim(practice=make_practice(name="Cedar Clinic", npi="1003000126"), payers=[gone])
    shown = client.get(reverse("payer_merge", args=[gone.pk]), {"into": kept.pk}).content.decode()
    assert "in 2 practices" in shown
    client.post(reverse("payer_merge", args=[gone.pk]), {"into": kept.pk, "sure": "1"})
    (merger,) = payer_merge.mergers_into(kept.pk, actor=oona)
    url = reverse("payer_unmerge", args=[merger.pk])
    assert url in client.get(reverse("payer", args=[kept.pk])).content.decode()
    assert client.post(url).status_code == 422
    assert client.post(url, {"sure": "1"}).headers["Location"] == reverse("payer", args=[gone.pk])


def test_the_work_follows_a_merger(oona, django_capture_on_commit_callbacks) -> None:
    gone, kept = two_payers_that_are_one()
    Payer.objects.filter(pk=kept.pk).update(payer_class="medicare")
    item = WorkItem.objects.get(claim__number="TWIN", state="open")
    with django_capture_on_commit_callbacks(execute=True):
        payer_balances.merge_payers(gone.pk, into=kept.pk, actor=oona, now=NOW)
    before, item = item.deadline_on, WorkItem.objects.get(pk=item.pk)
    assert item.deadline_on != before


def test_a_payer_is_not_merged_into_itself_nor_without_confirmation(client, oona) -> None:
    gone, kept = two_payers_that_are_one()
    with pytest.raises(DomainError, match="another"):
        payer_balances.merge_payers(kept.pk, into=kept.pk, actor=oona, now=NOW)
    url = reverse("payer_merge", args=[gone.pk])
    assert client.get(f"{url}?into={kept.pk}").context["moves"]
    assert client.post(url, {"into": kept.pk}).status_code == 422
    assert Payer.objects.get(pk=gone.pk).is_active
    assert client.post(url, {"into": kept.pk, "sure": "1"}).status_code == 302
    assert not Payer.objects.get(pk=gone.pk).is_active


def test_an_imported_payer_is_recognized_and_taken_over_with_its_sources(client, oona) -> None:
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


def test_an_identifier_that_means_another_payer_is_refused_with_its_name(oona) -> None:
    cast.make_payer()
    other = services.open_payer(PayerFacts("Other Mutual", "commercial"), actor=oona, now=NOW)
    with pytest.raises(Conflict, match="Meridian Choice"):
        services.add_identifier(other.pk, qualifier="PI", value="mer01", actor=oona, now=NOW)


@pytest.mark.parametrize(
    ("facts", "stored"),
    [
        ({"kind": "phone", "value": "(800) 555-0141", "opens": dt.time(8), "closes": dt.time(17)}, "+18005550141"),
        ({"kind": "fax", "value": "800.555.0142"}, "+18005550142"),
        ({"kind": "portal", "value": "https://meridian.example"}, "https://meridian.example"),
        ({"kind": "phone", "value": "+44 20 7946 0958"}, "+442079460958"),
        ({"kind": "phone", "value": "44 20 7946 0958"}, None),  # another country begins with +
        ({"kind": "phone", "value": "(111) 111-1111"}, None),  # ten digits, and rings nowhere
        ({"kind": "fax", "value": "(800) 055-0142"}, None),
        ({"kind": "phone", "value": "555"}, None),
        ({"kind": "phone", "value": "8005550141", "opens": dt.time(8)}, None),
        ({"kind": "phone", "value": "8005550141", "opens": dt.time(8), "closes": dt.time(9), "weekdays": ""}, None),
        ({"kind": "portal", "value": "http://meridian.example"}, None),
        ({"kind": "email", "value": "nobody"}, None),
    ],
)
def test_the_directory_keeps_what_can_be_dialed_and_opened(oona, facts, stored) -> None:
    payer = cast.make_payer()
    entry = ContactFacts(purpose="claims", **facts)
    if stored is None:
        with pytest.raises(DomainError):
            services.save_contact(payer.pk, None, facts=entry, actor=oona, now=NOW)
        assert not PayerContact.objects.exists()
        return
    assert services.save_contact(payer.pk, None, facts=entry, actor=oona, now=NOW).value == stored


def test_a_number_that_was_entered_before_it_was_checked_stays_readable_until_it_is_touched(oona) -> None:
    loose = PayerContact.objects.create(payer=cast.make_payer(), kind="phone", value="+11111111111")
    assert shown_number("1-800-MERIDIAN") == "1-800-MERIDIAN"
    assert shown_number(loose.value) == "1111111111"
    entry = ContactFacts(kind="phone", purpose="claims", value=loose.value, opens=dt.time(8), closes=dt.time(17))
    assert services.save_contact(loose.payer_id, loose.pk, facts=entry, actor=oona, now=NOW).opens == dt.time(8)
    with pytest.raises(DomainError):
        services.save_contact(
            loose.payer_id, loose.pk, facts=replace(entry, value="(111) 111-1112"), actor=oona, now=NOW
        )


def test_saving_confirms_a_payer_that_an_import_opened(client, oona) -> None:
    payer = Payer.objects.create(name="OPENED")
    form = {"name": "Opened Mutual", "payer_class": "bcbs", "state": "ne", "claims_per_call": "3", "is_active": "on"}
    assert client.post(reverse("payer_edit", args=[payer.pk]), form).status_code == 302
    payer.refresh_from_db()
    assert (payer.name, payer.state, payer.claims_per_call, payer.is_confirmed) == ("Opened Mutual", "NE", 3, True)


def test_a_refused_entry_comes_back_with_the_reason_beside_the_field(client, oona) -> None:
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


def test_practices_are_checked_and_seen_by_whoever_opened_them(oona) -> None:
    with pytest.raises(BadPractice, match="NPI"):
        open_practice(PracticeFacts("Oak Street", "1234567890"), actor=oona, now=NOW)
    with pytest.raises(Conflict):
        open_practice(PracticeFacts("Twin", "1245319599"), actor=oona, now=NOW)
    made = open_practice(PracticeFacts("Oak Street", "1234567893", tin="123456789"), actor=oona, now=NOW)
    assert change_practice(made.pk, PracticeFacts("Oak St", "1234567893"), actor=oona, now=NOW).name == "Oak St"


def test_an_override_begins_on_its_day_and_ends_on_its_day(oona) -> None:
    payer = cast.make_payer()
    draft = adjustment_rules.TreatmentDraft("CO", "45", "denial", TODAY, payer.pk, None, "clause 7")
    row = adjustment_rules.add_override(draft, actor=oona, now=NOW)
    yesterday = TODAY - dt.timedelta(days=1)
    assert treat_on(TODAY, payer_id=payer.pk, practice_id=None)("CO", "45", ()) == Treatment.DENIAL
    assert treat_on(yesterday, payer_id=payer.pk, practice_id=None)("CO", "45", ()) == Treatment.CONTRACTUAL
    assert treat_on(TODAY, payer_id=None, practice_id=None)("CO", "45", ()) == Treatment.CONTRACTUAL
    adjustment_rules.end_override(row.pk, last_day=TODAY, actor=oona, today=TODAY, now=NOW)
    tomorrow = treat_on(TODAY + dt.timedelta(days=1), payer_id=payer.pk, practice_id=None)
    assert tomorrow("CO", "45", ()) == Treatment.CONTRACTUAL


def test_an_override_of_one_practice_comes_there_before_the_one_of_all_and_nowhere_else(client, oona) -> None:
    ours, theirs = cast.make_practice(), cast.make_practice(name="Oak Street", npi="1234567893", tin="123456789")
    ada, other = cast.make_ada(ours), cast.make_user(username="amy", role="admin", practices=[theirs])
    shared = adjustment_rules.TreatmentDraft("CO", "45", "disputable", TODAY, source="bulletin")
    adjustment_rules.add_override(shared, actor=oona, now=NOW)
    row = adjustment_rules.add_override(replace(shared, treatment="denial", practice_id=ours.pk), actor=ada, now=NOW)

    def said(practice: int | None) -> Treatment:
        return treat_on(TODAY, payer_id=None, practice_id=practice)("CO", "45", ())

    assert (said(ours.pk), said(theirs.pk), said(None)) == (
        Treatment.DENIAL, Treatment.DISPUTABLE, Treatment.DISPUTABLE,
    )  # fmt: skip
    with pytest.raises(Forbidden):
        adjustment_rules.add_override(shared, actor=ada, now=NOW)
    with pytest.raises(NotFound):
        adjustment_rules.add_override(replace(shared, practice_id=ours.pk), actor=other, now=NOW)
    with pytest.raises(NotFound):
        adjustment_rules.end_override(row.pk, last_day=None, actor=other, today=TODAY, now=NOW)
    client.force_login(other)
    assert "only Harbor Clinic" not in client.get(reverse("adjustments")).content.decode()
    client.force_login(ada)
    page = client.get(reverse("adjustments")).content.decode()
    assert "only Harbor Clinic" in page
    assert page.count('<button class="btn btn-s">') == 1  # hers, not the one of all
    adjustment_rules.end_override(row.pk, last_day=None, actor=ada, today=TODAY, now=NOW)


def test_an_override_that_has_ended_stays_as_it_is_and_one_that_has_not_begun_is_withdrawn(client, oona) -> None:
    past = adjustment_rules.TreatmentDraft("CO", "45", "denial", TODAY - dt.timedelta(days=9), source="letter")
    row = adjustment_rules.add_override(past, actor=oona, now=NOW)
    ended_on = TODAY - dt.timedelta(days=5)
    AdjustmentRule.objects.update(valid_to=ended_on)
    with pytest.raises(BadDates, match="ended already"):
        adjustment_rules.end_override(row.pk, last_day=TODAY, actor=oona, today=TODAY, now=NOW)
    row.refresh_from_db()
    assert row.valid_to == ended_on
    planned = replace(past, valid_from=TODAY + dt.timedelta(days=9))
    later = adjustment_rules.add_override(planned, actor=oona, now=NOW)
    now = adjustment_rules.add_override(replace(past, valid_from=TODAY), actor=oona, now=NOW)
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


def test_an_override_for_a_remark_code_stands_beside_the_one_for_any(oona) -> None:
    draft = adjustment_rules.TreatmentDraft("CO", "45", "denial", TODAY - dt.timedelta(days=9), source="letter")
    plain = adjustment_rules.add_override(draft, actor=oona, now=NOW)
    remarked = adjustment_rules.TreatmentDraft("CO", "45", "disputable", TODAY, source="bulletin", rarc="N781")
    row = adjustment_rules.add_override(remarked, actor=oona, now=NOW)
    plain.refresh_from_db()
    assert (row.rarc, plain.valid_to) == ("N781", None)
    answer = treat_on(TODAY, payer_id=None, practice_id=None)
    assert answer("CO", "45", ("N781",)) == Treatment.DISPUTABLE
    assert answer("CO", "45", ("M15",)) == Treatment.DENIAL


@pytest.mark.parametrize(
    "wrong",
    [
        {"carc": ""}, {"treatment": "transfer"}, {"group": "XX"}, {"treatment": "nothing"}, {"rarc": "45"},
        {"rarc": "MA1300"},
    ],
)  # fmt: skip
def test_an_override_that_would_forgive_denials_or_bill_the_patient_is_refused(oona, wrong) -> None:
    facts = {"group": "CO", "carc": "45", "treatment": "contractual", "valid_from": TODAY} | wrong
    with pytest.raises(adjustment_rules.BadTreatment):
        adjustment_rules.add_override(adjustment_rules.TreatmentDraft(**facts), actor=oona, now=NOW)


def test_a_practice_that_a_file_opened_is_completed_while_its_number_stays_as_it_came(client, oona) -> None:
    opened = Practice.objects.create(name="METRO CENTER", npi="1234567890")
    opened.staff.add(oona)
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
