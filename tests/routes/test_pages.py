"""The pages of routes, as a collector and a supervisor use them."""

import re

import pytest
from django.urls import reverse

from arwork.staff.models import AuditEvent
from claims.denials.models import Denial
from collections_app.appeals.models import AppealCase
from collections_app.routes.models import RouteChoice, RouteWithdrawal
from collections_app.worklist.models import WorkItem
from tests.cast import make_payer, make_practice, make_user
from tests.desk.conftest import denied_item

pytestmark = pytest.mark.django_db


def denied(carc="50", **of):
    return denied_item(carc=carc, **of)


def ticked(page):
    """The routes that are chosen in the forms of a page."""
    return re.findall(r'type="radio" name="route" value="(\w+)"[^>]*\bchecked', page)


def posted(client, item, route, **more):
    data = {"denial": Denial.objects.get(claim=item.claim_id).pk, "route": route, **more}
    return client.post(reverse("claim_route_choose", args=[item.claim_id]), data)


def test_every_route_stands_on_the_page_with_its_days_and_the_closed_ones_say_why(sit, ana):
    item = denied()
    page = sit(ana).get(reverse("claim_routes", args=[item.claim_id])).content.decode()
    assert "CO-50: medical necessity" in page
    assert "First-level appeal (level 1 of 3)" in page
    assert "2027-05-14" in page
    assert "Only Medicare&#x27;s contractors reopen for a clerical error" in page
    assert page.count('type="radio"') == page.count('type="radio" name="route"')
    assert 'value="reopening"' not in page, "a closed route is not offered"
    assert ticked(page) == ["appeal"]
    assert AuditEvent.objects.filter(action="read", subject="claim").exists()


def test_a_route_is_chosen_and_taken_back_there(sit, ana):
    item, client = denied(), sit(ana)
    answer = posted(client, item, "appeal")
    assert answer.status_code == 302
    choice = RouteChoice.objects.get()
    assert answer.url == choice.address == reverse("appeal", args=[AppealCase.objects.get().pk])
    routes = reverse("claim_routes", args=[item.claim_id])
    page = client.get(routes).content.decode()
    assert "Chosen: first-level appeal (level 1 of 3)" in page
    assert f'<a href="{choice.address}">Go on with it</a>' in page
    client.post(reverse("route_take_back", args=[item.claim_id, choice.pk]))
    assert RouteWithdrawal.objects.count() == 1
    page = client.get(routes).content.decode()
    assert f'Taken back. What it began stays: <a href="{choice.address}">cancel it there</a>' in page
    assert "as it was before" not in page


def test_taking_back_what_began_nothing_leaves_the_work_as_it_was(sit, ana):
    item, client = denied(), sit(ana)
    posted(client, item, "call", why="The rep asked for it.")
    client.post(reverse("route_take_back", args=[item.claim_id, RouteChoice.objects.get().pk]))
    page = client.get(reverse("claim_routes", args=[item.claim_id])).content.decode()
    assert "Taken back. The work is as it was before." in page


def test_another_route_without_a_reason_is_asked_for_it_and_keeps_what_was_chosen(sit, ana):
    item, client = denied(), sit(ana)
    answer = posted(client, item, "call")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Say why you take this one" in page
    assert ticked(page) == ["call"]
    assert posted(client, item, "").status_code == 422
    assert posted(client, item, "call", why="The rep asked for it.").status_code == 302


def test_the_desk_shows_the_best_one_and_advises_it(sit, ana):
    item = denied(carc="197")
    client = sit(ana)
    page = client.get(reverse("desk_item", args=[item.pk])).content.decode()
    assert "Best: <strong>send a corrected claim (frequency 7)</strong>" in page
    assert "Find the authorization and send a corrected claim" in page
    posted(client, item, "corrected_claim")
    page = client.get(reverse("desk_item", args=[item.pk])).content.decode()
    assert "Chosen: send a corrected claim (frequency 7)" in page
    assert "Correct the claim and send it" in page


def test_the_desk_never_advises_a_replacement_to_medicare(sit, ana):
    item = denied(carc="197", payers=[make_payer(name="Medicare", payer_class="medicare", payer_id="MCR1")])
    page = sit(ana).get(reverse("desk_item", args=[item.pk])).content.decode()
    assert "Ask for a clerical error reopening" in page
    assert "<strong>Find the authorization and send a corrected claim" not in page


def test_a_paid_claim_says_that_nothing_is_denied(sit, ana):
    item = denied()
    Denial.objects.update(state="recovered")
    page = sit(ana).get(reverse("claim_routes", args=[item.claim_id])).content.decode()
    assert "Nothing of this claim is denied" in page


def test_supervisors_see_choices_by_outcome_route_and_whether_it_was_the_best(sit, ana, sol):
    first, second = denied(), denied(carc="4")
    client = sit(ana)
    posted(client, first, "appeal")
    posted(client, second, "appeal", why="The payer is wrong.")
    assert client.get(reverse("route_choices")).status_code == 403
    client = sit(sol)
    page = client.get(reverse("route_choices")).content.decode()
    assert first.claim.number in page
    assert second.claim.number in page
    assert "The payer is wrong." in page
    page = client.get(reverse("route_choices"), {"against": "on"}).content.decode()
    assert first.claim.number not in page
    assert second.claim.number in page
    rows = client.get(reverse("route_choices"), {"export": "csv"}).getvalue().decode()
    assert rows.count("First-level appeal") == 2
    assert AuditEvent.objects.filter(action="exported", subject="route_choices").count() == 1
    hub = client.get(reverse("payer_desk")).content.decode()
    assert "Routes chosen" in hub
    empty = client.get(reverse("route_choices"), {"tab": "won"}).content.decode()
    assert "choose a route there" in empty


def test_the_claim_of_another_practice_is_not_found(sit, ana):
    item = denied()
    eve = make_user(username="eve", practices=[make_practice(name="Elsewhere", npi="1999999984")])
    client = sit(eve)
    assert client.get(reverse("claim_routes", args=[item.claim_id])).status_code == 404
    assert posted(client, item, "appeal").status_code == 404
    assert not RouteChoice.objects.exists()
    assert WorkItem.objects.get().next_action != "send_appeal"
