"""Rules about denials: what the preview shows is what saving does; new ones go by the rule of their day."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from arwork.lib import clock
from arwork.lib.dated_rules import Book
from arwork.lib.errors import DomainError, Forbidden, NotFound
from arwork.staff.models import AuditEvent
from claims.denials import denial_rules
from claims.denials.denial_rules import DenialRuleDraft, rule_for
from claims.denials.models import Denial, DenialRule
from claims.denials.routing import WAYS, Ruling, categories, route
from claims.practices.models import Practice
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from collections_app.worklist.recommendation import STEPS, recommendation_for
from tests import cast
from tests.cast import NOW, TODAY
from tests.remits.era import PAID_ON, Clp, Era, Svc, take
from tests.worklist.test_refresh import deny

DAY = dt.timedelta(days=1)


@pytest.fixture
def ours(db):
    return cast.make_practice()


@pytest.fixture
def oona(ours):
    return cast.make_oona(ours)


def draft(**more: object) -> DenialRuleDraft:
    facts = {
        "group": "CO", "carc": "197", "category": "coding", "kind": "hard", "way": "modifier",
        "valid_from": TODAY - 30 * DAY, "source": "Coding lead", "win_rate": Decimal("0.9"),
    }  # fmt: skip
    return DenialRuleDraft(**facts | more)


def denied(*, on: dt.date = TODAY - 10 * DAY, practice=None, payer=None, carc: str = "197", rarcs: str = "") -> Denial:
    way = route("CO", carc)
    practice = practice or Practice.objects.get(name="Harbor Clinic")
    claim = cast.make_claim(payers=[payer or cast.make_payer()], practice=practice)
    deny(claim, carc=carc, on=on, category=way.category)
    Denial.objects.filter(claim=claim).update(kind=way.kind, rarcs=rarcs)
    worklist.refresh(claims=[claim.pk], today=TODAY, now=NOW)
    return Denial.objects.get(claim=claim)


def places() -> dict[int, tuple]:
    return {row.pk: (row.category, row.kind, row.rule_id) for row in Denial.objects.all()}


ruling = st.builds(
    Ruling, group=st.just("CO"), carc=st.sampled_from(["16", "29", "97", "197"]),
    category=st.sampled_from([one for one in categories() if one != "uncategorized"]),
    kind=st.sampled_from(["soft", "hard", "either"]), way=st.sampled_from(sorted(WAYS)),
)  # fmt: skip


@given(ruling, st.sampled_from(["", "MA130", "N706", "N781"]), st.sampled_from([None, "medicare", "commercial"]))
def test_no_rule_advises_what_is_not_open_to_the_claim(rule: Ruling, remark: str, payer_class: str | None) -> None:
    found = route("CO", rule.carc, [remark] if remark else [], payer_class=payer_class, ruling=rule)
    assert found.appealable or STEPS[found.way].action != "appeal"
    assert found.corrects_with != "new_claim" or found.way not in ("correct", "modifier", "reopening", "with_eob")
    assert payer_class != "medicare" or found.corrects_with == "new_claim" or found.way != "correct"


def test_the_payer_tells_most_then_the_remark_then_the_practice() -> None:
    plain = Ruling(group="CO", carc="197", category="coding", kind="soft", way="correct", rule_id=1)
    rules = {
        "all": plain,
        "practice": Ruling(
            group="CO", carc="197", category="cob", kind="soft", way="correct", practice_id=5, rule_id=2
        ),
        "remark": Ruling(
            group="CO", carc="197", category="network", kind="soft", way="correct", rarc="N706", rule_id=3
        ),
        "payer": Ruling(group="CO", carc="197", category="pricing", kind="soft", way="correct", payer_id=7, rule_id=4),
    }
    book = Book(list(rules.values()))

    def asked(payer_id: int, practice_id: int, *rarcs: str) -> Ruling | None:
        return rule_for(book, "CO-197", rarcs=rarcs, on=TODAY, payer_id=payer_id, practice_id=practice_id)

    assert asked(7, 5, "N706", "M1") == rules["payer"]
    assert asked(8, 5, "M1", "N706") == rules["remark"]
    assert asked(8, 5) == rules["practice"]
    assert asked(8, 6) == rules["all"]
    assert rule_for(book, "CO-16", rarcs=(), on=TODAY, payer_id=7, practice_id=5) is None


@pytest.mark.django_db
class TestChanging:
    @pytest.mark.parametrize(
        "more",
        [
            {}, {"valid_from": TODAY}, {"rarc": "N706"}, {"valid_to": TODAY - 8 * DAY}, {"win_rate": None},
            {"category": "authorization", "kind": "either", "way": "authorization", "win_rate": None},
        ],
    )  # fmt: skip
    def test_what_the_preview_shows_is_what_saving_then_does(self, oona, more) -> None:
        rows = [denied(), denied(rarcs="N706"), denied(on=TODAY - 5 * DAY), denied(on=TODAY - 60 * DAY)]
        rows.append(denied(carc="50"))
        closed = denied()
        Denial.objects.filter(pk=closed.pk).update(state="accepted")
        before = places()
        shown = denial_rules.effects_of(denial_rules.plan_rule(draft(**more)), actor=oona)
        assert places() == before

        row, moved = denial_rules.add_rule(draft(**more), actor=oona, now=NOW)

        after = places()
        changed = {one.denial.pk for one in shown.shown}
        assert (shown.in_scope, shown.count, shown.hidden) == (4, moved, 0)
        assert shown.amount == sum(one.denial.amount for one in shown.shown)
        assert after[closed.pk] == before[closed.pk]
        assert {pk for pk in before if before[pk][:2] != after[pk][:2]} <= changed
        for one in shown.shown:
            assert after[one.denial.pk] == (one.after.category, one.after.kind, row.pk)

    def test_the_work_follows_with_its_category_what_is_done_first_and_the_rate(self, oona) -> None:
        row = denied()
        item = WorkItem.objects.get(claim=row.claim_id)
        assert (item.category, item.usual_win) == ("authorization", None)
        chance = item.probability
        denial_rules.add_rule(draft(), actor=oona, now=NOW)
        worklist.refresh(claims=[row.claim_id], today=TODAY, now=NOW)
        item.refresh_from_db()
        assert (item.category, item.usual_win) == ("coding", 900)
        assert item.probability > chance
        found = recommendation_for(item, payer_class="commercial")
        assert found.words == WAYS["modifier"]
        assert (found.rate, found.source) == ("usual rate 90 %, no history here yet", "own rule: Coding lead")

    def test_a_new_denial_goes_by_the_rule_of_its_day(self, oona, ours) -> None:
        payer = cast.make_payer()
        denial_rules.add_rule(draft(valid_from=PAID_ON), actor=oona, now=NOW)
        denial_rules.add_rule(draft(valid_from=PAID_ON + DAY, category="network"), actor=oona, now=NOW)
        claim = cast.make_claim(practice=ours, payers=[payer], lines=["100.00"])
        take(Era([Clp(claim.number, [Svc("100.00", "0.00", [("CO-197", "100.00")])])]))
        assert [(one.category, one.kind, one.rule.category) for one in Denial.objects.all()] == [
            ("coding", "hard", "coding")
        ]

    def test_ending_gives_the_shipped_table_its_word_again_and_history_stays(self, oona) -> None:
        rule, _ = denial_rules.add_rule(draft(), actor=oona, now=NOW)
        old, new = denied(on=TODAY - 2 * DAY), denied(on=TODAY)
        Denial.objects.update(rule=rule, category="coding", kind="hard")
        change = denial_rules.plan_end(rule.pk, last_day=TODAY - DAY, actor=oona, today=TODAY)
        assert [one.denial.pk for one in denial_rules.effects_of(change, actor=oona).shown] == [new.pk]
        assert denial_rules.end_rule(rule.pk, last_day=TODAY - DAY, actor=oona, today=TODAY, now=NOW) == 1
        assert places() == {old.pk: ("coding", "hard", rule.pk), new.pk: ("authorization", "either", None)}
        assert DenialRule.objects.get().valid_to == TODAY - DAY
        assert [one.action for one in AuditEvent.objects.filter(action__startswith="denial_rule").order_by("id")] == [
            "denial_rule_added", "denial_rule_ended",
        ]  # fmt: skip

    def test_one_that_has_not_begun_is_withdrawn(self, oona) -> None:
        rule, _ = denial_rules.add_rule(draft(valid_from=TODAY + DAY), actor=oona, now=NOW)
        assert denial_rules.end_rule(rule.pk, last_day=TODAY, actor=oona, today=TODAY, now=NOW) == 0
        assert not DenialRule.objects.exists()

    def test_a_rule_of_every_practice_is_an_owners_and_of_one_its_administrators(self, oona, ours) -> None:
        theirs = cast.make_practice(name="Cedar Clinic", npi="1003000126", tin="069999999")
        ada = cast.make_ada(ours)
        mine, other = denied(practice=ours), denied(practice=theirs)
        with pytest.raises(Forbidden):
            denial_rules.add_rule(draft(), actor=ada, now=NOW)
        with pytest.raises(NotFound):
            denial_rules.add_rule(draft(practice_id=theirs.pk), actor=ada, now=NOW)
        with pytest.raises(Forbidden):
            denial_rules.add_rule(draft(practice_id=ours.pk), actor=cast.make_ana(ours), now=NOW)
        rule, moved = denial_rules.add_rule(draft(practice_id=ours.pk), actor=ada, now=NOW)
        assert (moved, places()[mine.pk][2], places()[other.pk][2]) == (1, rule.pk, None)
        oona.practices.add(theirs)
        foreign, _ = denial_rules.add_rule(draft(practice_id=theirs.pk), actor=oona, now=NOW)
        with pytest.raises(NotFound):
            denial_rules.plan_end(foreign.pk, last_day=TODAY, actor=ada, today=TODAY)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"group": "CR"}, {"carc": "1234"}, {"carc": ""}, {"rarc": "X1"}, {"category": "uncategorized"},
            {"category": "no such"}, {"kind": "none"}, {"way": "prayer"}, {"win_rate": Decimal("1.1")}, {"source": " "},
            {"valid_to": TODAY - 40 * DAY}, {"payer_id": 0}, {"source": "card 4111 1111 1111 1111"},
        ],
    )  # fmt: skip
    def test_nonsense_is_refused(self, oona, wrong) -> None:
        with pytest.raises(DomainError):
            denial_rules.plan_rule(draft(**wrong))

    def test_forty_denials_ask_as_many_questions_as_two(self, oona) -> None:
        payer = cast.make_payer()
        denial_rules.effects_of(denial_rules.plan_rule(draft()), actor=oona)  # who sees what is known from now on
        costs = []
        for number in (2, 40):
            for _ in range(number):
                denied(payer=payer)
            with CaptureQueriesContext(connection) as shown:
                denial_rules.effects_of(denial_rules.plan_rule(draft()), actor=oona)
            costs.append(len(shown))
        assert costs == [2, 2]

    def test_refreshing_ruled_denials_asks_nothing_more(self, oona) -> None:
        rows = [denied() for _ in range(3)]
        ids = [row.claim_id for row in rows]

        def cost() -> int:
            with CaptureQueriesContext(connection) as asked:
                worklist.refresh(claims=ids, today=TODAY, now=NOW)
            return len(asked)

        before = cost()
        denial_rules.add_rule(draft(), actor=oona, now=NOW)
        worklist.refresh(claims=ids, today=TODAY, now=NOW)
        assert cost() == before


@pytest.mark.django_db
class TestPages:
    FORM = {
        "group": "CO", "carc": "197", "category": "coding", "kind": "hard", "way": "modifier", "win_rate": "90",
        "valid_from": f"{TODAY - 30 * DAY}", "source": "Coding lead",
    }  # fmt: skip

    def test_a_rule_is_seen_saved_listed_and_ended(self, client, oona) -> None:
        client.force_login(oona, backend="django.contrib.auth.backends.ModelBackend")
        row = denied()
        url = reverse("denial_rule_new")
        assert 'value="197"' in client.get(f"{url}?carc=197").content.decode()
        seen = client.post(url, {**self.FORM, "step": "preview"}).content.decode()
        assert row.claim.number in seen
        assert "Nothing is saved yet" in seen
        assert not DenialRule.objects.exists()
        assert client.post(url, {**self.FORM, "step": "save"}).status_code == 302
        rule = DenialRule.objects.get()
        assert (rule.win_rate, rule.practice_id, rule.payer_id) == (Decimal("0.900"), None, None)
        listed = client.get(reverse("denial_categories")).content.decode()
        assert "Coding lead" in listed
        assert "90 %" in listed
        end = reverse("denial_rule_end", args=[rule.pk])
        assert client.get(end).status_code == 200
        day = f"{clock.today()}"
        assert "ends" in client.post(end, {"last_day": day, "step": "preview"}).content.decode()
        assert client.post(end, {"last_day": day, "step": "save"}).status_code == 302
        rule.refresh_from_db()
        assert rule.valid_to == clock.today()

    def test_what_is_wrong_stands_at_its_field_with_everything_typed(self, client, oona) -> None:
        client.force_login(oona, backend="django.contrib.auth.backends.ModelBackend")
        told = client.post(reverse("denial_rule_new"), {**self.FORM, "carc": "99999", "step": "preview"})
        assert told.status_code in (400, 422)
        assert "up to three digits" in told.content.decode()
        assert "Coding lead" in told.content.decode()
