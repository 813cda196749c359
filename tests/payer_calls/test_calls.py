"""Calls on the clock, what they make of the score's minutes, the call sheet, and the directory of portals."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from arwork.lib.errors import Forbidden, NotFound
from arwork.lib.races import ChangedMeanwhile
from arwork.lib.sensitive import SensitiveText
from arwork.staff.models import AuditEvent, User
from claims.payers.directory import BadEntry
from claims.payers.models import Payer, PayerContact
from claims.practices.models import Practice
from collections_app.contacts.models import Contact
from collections_app.demo.payer_calls import call_payers
from collections_app.demo.setting import PEOPLE
from collections_app.payer_calls import portals, selectors, services
from collections_app.payer_calls.call_clock import Stage
from collections_app.payer_calls.models import PayerCall, PortalLogin
from collections_app.payer_calls.portals import PortalFacts
from collections_app.worklist import call_sheet, rates
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from collections_app.worklist.rate_models import PayerPace
from tests.cast import NOW, TODAY, make_ada, make_ana, make_claim, make_payer, make_practice, make_sol, make_user

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
BACKEND = "django.contrib.auth.backends.ModelBackend"
AVAILITY = PortalFacts(
    name="Availity", address="https://apps.availity.com", owner="Dana Ruiz", code_goes_to="the billing office's phone",
    can_do=("status", "appeals"),
)  # fmt: skip


@pytest.fixture
def practice() -> Practice:
    return make_practice()


@pytest.fixture
def ana(practice: Practice) -> User:
    return make_ana(practice)


@pytest.fixture
def payer() -> Payer:
    return make_payer()


def due(*, payers: tuple[Payer, ...] | None = None, line: str = "240.00") -> WorkItem:
    claim = make_claim(lines=(line,), **({"payers": payers} if payers else {}))
    worklist.refresh(claims=[claim.pk], accounts=[claim.account_id], today=TODAY, now=NOW)
    return WorkItem.objects.get(claim=claim, state="open")


def clocked(practice: Practice, payer: Payer, actor: User, *, hold: int, talk: int, at: dt.datetime = NOW) -> PayerCall:
    services.turn_call(practice.pk, payer.pk, to=Stage.HOLD, actor=actor, now=at)
    if talk:
        services.turn_call(practice.pk, payer.pk, to=Stage.TALK, actor=actor, now=at + hold * MINUTE)
    ended = services.end_call(practice.pk, payer.pk, actor=actor, now=at + (hold + talk) * MINUTE)
    assert ended is not None
    return ended


def logged(item: WorkItem, actor: User, *, at: dt.datetime, minutes: int | None = None) -> None:
    Contact.objects.create(
        practice=item.practice, claim=item.claim, payer=item.payer, channel="phone", outcome="reached", by=actor, at=at,
        spoken_to="Dana", reference="R77", minutes=minutes,
    )  # fmt: skip


def test_a_call_that_was_forgotten_does_not_go_on_as_the_next_one(practice: Practice, payer: Payer, ana: User) -> None:
    for day in range(2):
        services.turn_call(practice.pk, payer.pk, to=Stage.HOLD, actor=ana, now=NOW + dt.timedelta(days=day))
    forgotten, running = PayerCall.objects.order_by("pk")
    assert (forgotten.is_open, forgotten.is_whole) == (False, False)
    assert (running.started_at, running.hold_seconds) == (NOW + dt.timedelta(days=1), 0)


def test_two_calls_started_at_the_same_moment_are_told(
    practice: Practice, payer: Payer, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.turn_call(practice.pk, payer.pk, to=Stage.HOLD, actor=ana, now=NOW)
    monkeypatch.setattr(services, "_running", lambda actor: None)
    with pytest.raises(ChangedMeanwhile), transaction.atomic():
        services.turn_call(practice.pk, payer.pk, to=Stage.HOLD, actor=ana, now=NOW)


def test_a_call_is_kept_with_its_hold_its_talk_and_what_was_logged_in_it(
    practice: Practice, payer: Payer, ana: User
) -> None:
    item = due()
    services.turn_call(practice.pk, payer.pk, to=Stage.HOLD, actor=ana, now=NOW)
    running = selectors.running_call(ana)
    assert running is not None
    assert selectors.clock_of(running, now=NOW + 7 * MINUTE).hold_seconds == 420
    services.turn_call(practice.pk, payer.pk, to=Stage.TALK, actor=ana, now=NOW + 21 * MINUTE)
    logged(item, ana, at=NOW + 24 * MINUTE)
    call = services.end_call(practice.pk, payer.pk, actor=ana, now=NOW + 25 * MINUTE)
    assert call is not None
    assert (call.hold_seconds, call.talk_seconds, call.claims) == (1260, 240, 1)
    assert (call.spoken_to, call.reference) == ("Dana", "R77"), "taken over from what was logged"
    assert services.end_call(practice.pk, payer.pk, actor=ana, now=NOW + 26 * MINUTE) is None
    assert list(AuditEvent.objects.filter(subject="payer_call").order_by("pk").values_list("action", flat=True)) == [
        "payer_call_started", "payer_call_ended",
    ]  # fmt: skip


def test_nobody_is_on_two_calls(practice: Practice, payer: Payer, ana: User) -> None:
    other = make_payer(name="Coastal Mutual", payer_id="COA01")
    services.turn_call(practice.pk, payer.pk, to=Stage.HOLD, actor=ana, now=NOW)
    services.turn_call(practice.pk, other.pk, to=Stage.HOLD, actor=ana, now=NOW + 5 * MINUTE)
    first, second = PayerCall.objects.order_by("pk")
    assert (first.is_open, first.hold_seconds) == (False, 300)
    assert second.is_open


def test_a_call_belongs_to_ones_own_practice_and_names_no_card(payer: Payer, practice: Practice, ana: User) -> None:
    foreign = make_practice(name="Hill Clinic", npi="1234567893")
    with pytest.raises(NotFound):
        services.turn_call(foreign.pk, payer.pk, to=Stage.HOLD, actor=ana, now=NOW)
    services.turn_call(practice.pk, payer.pk, to=Stage.HOLD, actor=ana, now=NOW)
    with pytest.raises(SensitiveText):
        services.end_call(practice.pk, payer.pk, actor=ana, now=NOW, spoken_to="4111 1111 1111 1111")


def test_the_hour_is_that_of_the_payer(practice: Practice, payer: Payer, ana: User) -> None:
    PayerContact.objects.filter(payer=payer).delete()
    PayerContact.objects.create(
        payer=payer, kind="phone", value="+13035550100", opens=dt.time(8), closes=dt.time(17),
        time_zone="America/Los_Angeles",
    )  # fmt: skip
    at = dt.datetime(2026, 12, 1, 18, 30, tzinfo=dt.UTC)
    assert services.turn_call(practice.pk, payer.pk, to=Stage.HOLD, actor=ana, now=at).local_hour == 10


def test_what_clocked_calls_took_is_what_the_score_takes_a_touch_for(
    practice: Practice, payer: Payer, ana: User
) -> None:
    item = due()
    logged(item, ana, at=NOW - 60 * MINUTE, minutes=10)
    services.turn_call(practice.pk, payer.pk, to=Stage.HOLD, actor=ana, now=NOW)
    services.turn_call(practice.pk, payer.pk, to=Stage.TALK, actor=ana, now=NOW + 40 * MINUTE)
    logged(item, ana, at=NOW + 42 * MINUTE, minutes=2)
    services.end_call(practice.pk, payer.pk, actor=ana, now=NOW + 45 * MINUTE)
    rates.learn_rates(today=TODAY)
    pace = PayerPace.objects.get(practice=practice, payer=payer)
    assert (pace.timed, pace.minutes) == (2, 55), "10 logged without a clock, 45 of the call; its 2 are part of those"
    worklist.refresh(claims=[item.claim_id], accounts=[], today=TODAY, now=NOW)
    assert WorkItem.objects.get(pk=item.pk).minutes > item.minutes


def test_a_forgotten_clock_teaches_nothing(practice: Practice, payer: Payer, ana: User) -> None:
    clocked(practice, payer, ana, hold=10, talk=400)
    assert selectors.statistics_of(practices=[practice.pk], payers=[payer.pk], today=TODAY)[payer.pk].answered == 0
    assert selectors.clocked_minutes(today=TODAY) == {}


def test_the_sheet_has_who_answers_now_first_and_then_what_a_minute_is_worth(
    practice: Practice, payer: Payer, ana: User, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    small, asleep = make_payer(name="Coastal Mutual", payer_id="COA01"), make_payer(name="Far West", payer_id="FAR01")
    PayerContact.objects.create(
        payer=asleep, kind="phone", value="+18085550100", opens=dt.time(8), closes=dt.time(9), weekdays="7",
        time_zone="Pacific/Honolulu",
    )  # fmt: skip
    due(line="900.00"), due(line="700.00"), due(payers=(small,), line="120.00"), due(payers=(asleep,), line="9000.00")

    def seen() -> list[tuple[str, bool, int, str]]:
        rows = call_sheet.call_sheet(actor=ana, today=TODAY, now=NOW, viewer_zone="America/New_York")
        return [(row.payer.name, row.is_open, row.claims, str(row.amount)) for row in rows]

    with django_assert_max_num_queries(8):
        found = seen()
    assert found[0] == ("Meridian Choice", True, 2, "1600.00")
    assert found[-1] == ("Far West", False, 1, "9000.00"), "worth more, but nobody answers"
    held = call_sheet.claims_to_call(actor=ana, practice_id=practice.pk, payer_id=payer.pk, now=NOW, limit=5)
    worklist.open_item(actor=make_sol(practice), item_id=held[0].pk, now=NOW)
    assert seen()[0][2] == 1, "what somebody else holds is not there"
    assert call_sheet.payers_open(actor=ana, today=TODAY, now=NOW, viewer_zone="America/New_York") == 2


def test_own_calls_say_how_long_a_call_takes(practice: Practice, payer: Payer, ana: User) -> None:
    due(), due()
    for day in range(1, 6):
        clocked(practice, payer, ana, hold=30, talk=4, at=NOW - dt.timedelta(days=day))
    row = call_sheet.call_sheet(actor=ana, today=TODAY, now=NOW, viewer_zone="America/New_York")[0]
    assert (row.per_call, row.minutes, row.hold_now, row.statistics.answered) == (2, 38, 30.0, 5)


def test_an_admin_keeps_the_log_ins_and_no_password(practice: Practice, payer: Payer, ana: User) -> None:
    ada = make_ada(practice)
    row = portals.save_portal(practice.pk, payer.pk, facts=AVAILITY, actor=ada, now=NOW)
    assert row.can_do_words == "claim status, appeals"
    bad = [
        ("name", AVAILITY.name, "stands in the list already"),
        ("owner", "Dana, pw: Harbor", "looks like a password"),
        ("note", "harbor#2024", "looks like a password"),
        ("address", "http://apps.availity.com", "begins with https"),
        ("address", "https://ana:x@apps.availity.com", "Leave the name"),
    ]
    for field, value, words in bad:
        facts = {"name": "Second", "address": AVAILITY.address, "owner": "Dana", field: value}
        with pytest.raises(BadEntry, match=words) as refused:
            portals.save_portal(practice.pk, payer.pk, facts=PortalFacts(**facts), actor=ada, now=NOW)
        assert refused.value.facts["field"] == field
    with pytest.raises(Forbidden):
        portals.save_portal(practice.pk, payer.pk, facts=AVAILITY, actor=ana, now=NOW)
    portals.remove_portal(practice.pk, payer.pk, login_id=row.pk, actor=ada, now=NOW)
    assert not PortalLogin.objects.exists()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def test_from_the_sheet_to_the_call_and_its_end(practice: Practice, payer: Payer, ana: User) -> None:
    item, client = due(), signed_in(ana)
    portals.save_portal(practice.pk, payer.pk, facts=AVAILITY, actor=make_ada(practice), now=NOW)
    page = client.get(reverse("payer_calls")).content.decode()
    assert "Meridian Choice" in page
    assert "Availity" in page
    of = client.get(reverse("payer_calls_of", args=[practice.pk, payer.pk])).content.decode()
    assert item.claim is not None
    assert item.claim.number in of
    begun = client.post(reverse("payer_call_start", args=[practice.pk, payer.pk]), follow=True).content.decode()
    assert "on hold" in begun
    assert "Dana Ruiz" in begun, "who has the log-in is said on the line"
    clock = reverse("desk_call_clock", args=[item.pk])
    answer = client.post(clock, {"stage": "talk"}, HTTP_HX_REQUEST="true").content.decode()
    assert 'data-stage="talk"' in answer
    assert "talking" in client.get(reverse("desk_together", args=[item.pk])).content.decode(), "it survives a reload"
    client.post(clock, {"stage": "ended", "spoken_to": "Dana", "reference": "R9"})
    call = PayerCall.objects.get()
    assert (call.is_open, call.spoken_to, call.reference) == (False, "Dana", "R9")
    again = client.post(reverse("payer_call_start", args=[practice.pk, payer.pk]))
    assert again.status_code == 302
    client.post(reverse("desk_hang_up", args=[item.pk]))
    assert not PayerCall.objects.filter(ended_at=None).exists(), "who hangs up stops the clock"


def test_what_is_known_of_a_payer_stands_on_its_page_and_on_its_claims(
    practice: Practice, payer: Payer, ana: User
) -> None:
    item = due()
    portals.save_portal(practice.pk, payer.pk, facts=AVAILITY, actor=make_ada(practice), now=NOW)
    clocked(practice, payer, ana, hold=12, talk=3, at=NOW - dt.timedelta(days=1))
    client = signed_in(ana)
    for url in (reverse("payer", args=[payer.pk]), reverse("desk_item", args=[item.pk])):
        page = client.get(url).content.decode()
        assert "Calls and portals" in page, url
        assert "12.0 min" in page
        assert "Dana Ruiz" in page


def test_an_admin_adds_changes_and_takes_out_a_log_in(practice: Practice, payer: Payer) -> None:
    client = signed_in(make_ada(practice))
    new = reverse("portal_login_new", args=[practice.pk, payer.pk])
    sent = {"name": "Availity", "address": "https://a.example", "owner": "Dana", "can_do": ["status"]}
    refused = client.post(new, sent | {"note": "pw: x"})
    assert refused.status_code == 422
    assert "looks like a password" in refused.content.decode()
    assert client.post(new, sent).status_code == 302
    row = PortalLogin.objects.get()
    change = reverse("portal_login", args=[row.pk])
    assert "https://a.example" in client.get(change).content.decode()
    client.post(change, sent | {"owner": "Sol"})
    assert PortalLogin.objects.get().owner == "Sol"
    client.post(reverse("portal_login_remove", args=[row.pk]))
    assert not PortalLogin.objects.exists()


def test_the_demo_has_a_payer_with_a_best_hour_and_portals(practice: Practice, payer: Payer) -> None:
    due()
    make_ada(practice)
    make_user(username=PEOPLE[0][0], practices=[practice])
    call_payers(now=NOW)
    call_payers(now=NOW)
    found = selectors.statistics_of(practices=[practice.pk], payers=[payer.pk], today=TODAY)[payer.pk]
    assert (found.answered, found.best and found.best.words) == (12, "3 pm")
    assert PortalLogin.objects.get().owner == "Billing office"


def test_the_sheet_goes_out_as_numbers(ana: User) -> None:
    due()
    sent = signed_in(ana).get(reverse("payer_calls") + "?export=csv")
    text = b"".join(sent.streaming_content) if sent.streaming else sent.content
    assert b"Meridian Choice" in text
