"""Rules about outcomes: after how many days, by what, hidden; what the law and the books hang on stays as it is."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from arwork.lib import clock
from arwork.lib.errors import DomainError, Forbidden, NotFound
from arwork.staff.models import AuditEvent
from collections_app.web.desk_view import column_of
from collections_app.worklist import outcome_rules
from collections_app.worklist import services as worklist
from collections_app.worklist.answers import BadField
from collections_app.worklist.dispositions import (
    BY_CODE,
    DISPOSITIONS,
    OutcomeBook,
    OutcomeRuling,
    has_days,
    is_ruleable,
)
from collections_app.worklist.models import WorkItem
from collections_app.worklist.outcome_rule_models import OutcomeRule
from collections_app.worklist.outcome_rules import OutcomeRuleDraft
from collections_app.worklist.recommendation import as_offered, recommendation_for
from tests import cast
from tests.cast import NOW, TODAY
from tests.worklist.test_refresh import deny

DAY = dt.timedelta(days=1)
CODE = "in_process"


def draft(**more: object) -> OutcomeRuleDraft:
    return OutcomeRuleDraft(**{"code": CODE, "days": 40, "valid_from": TODAY, "source": "Team meeting"} | more)


@pytest.fixture
def ours(db):
    return cast.make_practice()


@pytest.fixture
def oona(ours):
    return cast.make_oona(ours)


@pytest.fixture
def ana(ours):
    return cast.make_ana(ours)


def denied_item(practice) -> WorkItem:
    claim = cast.make_claim(payers=[cast.make_payer()], practice=practice)
    deny(claim, carc="50", on=TODAY - 10 * DAY, category="medical_necessity")
    worklist.refresh(claims=[claim.pk], today=TODAY, now=NOW)
    return WorkItem.objects.get(claim=claim)


def log(ana, item, code: str = CODE):
    return worklist.record_outcome(actor=ana, item_id=item.pk, disposition=code, none_given=True, now=NOW, today=TODAY)


def test_a_rule_changes_what_it_names_and_that_of_one_practice_comes_first() -> None:
    book = OutcomeBook(
        [
            OutcomeRuling(code=CODE, days=20, rule_id=1),
            OutcomeRuling(code=CODE, next_action="work_denial", practice_id=5, rule_id=2),
            OutcomeRuling(code="not_on_file", is_hidden=True, practice_id=5, valid_from=TODAY, rule_id=3),
        ]
    )
    everywhere, here = (book.find(CODE, practice_id=one, on=TODAY) for one in (4, 5))
    assert (everywhere.days, everywhere.next_action, everywhere.said_by) == (20, "check_status", "own rule")
    assert (here.days, here.next_action) == (BY_CODE[CODE].days, "work_denial")
    assert book.find("not_on_file", practice_id=5, on=TODAY) is None
    assert book.find("not_on_file", practice_id=5, on=TODAY - DAY) == BY_CODE["not_on_file"]
    assert book.find("no such", practice_id=5, on=TODAY) is None


def test_what_the_law_a_hold_or_the_books_hang_on_is_nobodys_to_change() -> None:
    fixed = {one.code for one in DISPOSITIONS if not is_ruleable(one)}
    assert {one.code for one in DISPOSITIONS if one.is_legal or one.holds or one.lifts or one.closes} <= fixed
    assert {"snoozed", "payer_write_off_proposed", "appeal_upheld"} <= fixed
    assert CODE not in fixed


@pytest.mark.django_db
class TestChanging:
    def test_what_is_logged_from_its_day_on_is_followed_up_as_it_says(self, oona, ana, ours) -> None:
        before, after = denied_item(ours), denied_item(ours)
        log(ana, before)
        kept = WorkItem.objects.get(pk=before.pk).next_on
        outcome_rules.add_outcome_rule(draft(next_action="work_denial", days=3), actor=oona, now=NOW)
        log(ana, after)
        after.refresh_from_db()
        assert WorkItem.objects.get(pk=before.pk).next_on == kept
        assert after.next_action == "work_denial"
        assert after.because == "3 business days after in process (own rule)"
        assert after.next_on < kept

    def test_the_preview_says_the_same(self, oona, ana, ours) -> None:
        item = denied_item(ours)
        outcome_rules.add_outcome_rule(draft(days=2), actor=oona, now=NOW)
        shown = worklist.previews_of(actor=ana, item_id=item.pk, now=NOW, today=TODAY)[CODE]
        log(ana, item)
        item.refresh_from_db()
        assert (shown.due_on, shown.because) == (item.next_on, "2 business days after in process (own rule)")

    def test_a_hidden_one_is_neither_offered_nor_advised_nor_taken(self, oona, ana, ours) -> None:
        item = denied_item(ours)
        advised = recommendation_for(item)
        assert advised.outcome == "appeal_sent"
        for code in (CODE, "appeal_sent"):
            outcome_rules.add_outcome_rule(draft(code=code, days=None, is_hidden=True), actor=oona, now=NOW)
        book = outcome_rules.outcome_book()
        column = column_of(item, outcomes=book, today=TODAY)
        assert not {CODE, "appeal_sent"} & {one.code for one in (*column.likely, *column.more)}
        assert as_offered(advised, item, book, today=TODAY).outcome == ""
        assert CODE not in worklist.previews_of(actor=ana, item_id=item.pk, now=NOW, today=TODAY)
        with pytest.raises(BadField):
            log(ana, item)

    def test_the_preview_shows_what_stands_at_it_and_reads_only(self, oona, ana, ours) -> None:
        items = [denied_item(ours) for _ in range(3)]
        for item in items[:2]:
            log(ana, item)
        with CaptureQueriesContext(connection) as asked:
            found = outcome_rules.outcome_effects(outcome_rules.plan_outcome_rule(draft()), actor=oona)
        assert len(asked) <= 3
        assert found.count == 2
        assert found.amount == sum(item.amount for item in items[:2])
        assert all(one.would_be_on >= TODAY + 40 * DAY for one in found.shown)
        assert not OutcomeRule.objects.exists()

    def test_it_ends_or_is_withdrawn_and_leaves_its_trail(self, oona) -> None:
        rule = outcome_rules.add_outcome_rule(draft(valid_from=TODAY - 5 * DAY), actor=oona, now=NOW)
        later = outcome_rules.add_outcome_rule(draft(valid_from=TODAY + DAY, days=9), actor=oona, now=NOW)
        rule.refresh_from_db()
        assert rule.valid_to == TODAY
        assert outcome_rules.end_outcome_rule(later.pk, last_day=TODAY, actor=oona, today=TODAY, now=NOW) is None
        change = outcome_rules.plan_outcome_end(rule.pk, last_day=TODAY - DAY, actor=oona, today=TODAY)
        assert (change.last_day, change.after) == (TODAY - DAY, BY_CODE[CODE])
        outcome_rules.end_outcome_rule(rule.pk, last_day=TODAY - DAY, actor=oona, today=TODAY, now=NOW)
        deeds = AuditEvent.objects.filter(action__startswith="outcome_rule").order_by("id")
        assert [one.action.removeprefix("outcome_rule_") for one in deeds] == [
            "added", "ended", "added", "withdrawn", "ended",
        ]  # fmt: skip

    def test_a_rule_of_every_practice_is_an_owners_and_of_one_its_administrators(self, oona, ana, ours) -> None:
        ada, theirs = cast.make_ada(ours), cast.make_practice(name="Cedar", npi="1003000126", tin="069999999")
        for actor, practice_id, refused in (
            (ada, None, Forbidden),
            (ana, ours.pk, Forbidden),
            (ada, theirs.pk, NotFound),
        ):
            with pytest.raises(refused):
                outcome_rules.add_outcome_rule(draft(practice_id=practice_id), actor=actor, now=NOW)
        assert outcome_rules.add_outcome_rule(draft(practice_id=ours.pk), actor=ada, now=NOW).practice_id == ours.pk

    @pytest.mark.parametrize(
        "wrong",
        [
            {"code": "deceased"}, {"code": "no such"}, {"days": None}, {"days": 181}, {"next_action": "prayer"},
            {"next_action": "skip_trace"}, {"source": ""}, {"valid_to": TODAY - DAY},
            {"code": next(one.code for one in DISPOSITIONS if is_ruleable(one) and not has_days(one))},
        ],
    )  # fmt: skip
    def test_nonsense_is_refused(self, oona, wrong) -> None:
        with pytest.raises(DomainError):
            outcome_rules.plan_outcome_rule(draft(**wrong))

    def test_the_pages_show_save_list_and_end_it(self, client, oona, ana, ours) -> None:
        client.force_login(oona, backend="django.contrib.auth.backends.ModelBackend")
        item = denied_item(ours)
        log(ana, item)
        url = f"{reverse('outcome_rule_new')}?code={CODE}"
        assert client.get(url).status_code == 200
        form = {"days": "9", "valid_from": f"{clock.today() - DAY}", "source": "Team meeting"}
        seen = client.post(url, {**form, "step": "preview"}).content.decode()
        assert item.claim.number in seen
        assert not OutcomeRule.objects.exists()
        assert client.post(url, {**form, "days": "999", "step": "preview"}).status_code == 422
        assert client.post(url, {**form, "step": "save"}).status_code == 302
        rule = OutcomeRule.objects.get()
        listed = client.get(reverse("outcomes")).content.decode()
        assert "Team meeting" in listed
        end = reverse("outcome_rule_end", args=[rule.pk])
        day = {"last_day": f"{clock.today()}"}
        assert client.get(end).status_code == 200
        assert "The rule ends" in client.post(end, {**day, "step": "preview"}).content.decode()
        assert client.post(end, {**day, "step": "save"}).status_code == 302
        assert OutcomeRule.objects.get().valid_to == clock.today()
