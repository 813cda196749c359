"""The set-up pages as the four roles see them."""

import datetime as dt

import pytest
from django.urls import reverse

from claims.payers.hours import days_words, hours_words
from claims.payers.models import Contract, FeeItem, Payer, PayerContact, PayerIdentifier, PayerRule, Plan
from claims.practices.models import Practice
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def ground():
    payer = cast.make_payer()
    cast.make_claim(payers=[payer], lines=["240.00"])
    practice = Practice.objects.get()
    contract = Contract.objects.create(
        practice=practice, payer=payer, name="PPO 2026", valid_from=cast.dt.date(2026, 1, 1)
    )
    FeeItem.objects.create(contract=contract, code="99214", allowed="150.00")
    PayerContact.objects.create(payer=payer, kind="phone", value="+18005550141", opens="08:00", closes="17:00")
    rule = PayerRule.objects.create(
        payer=payer, kind="filing", value=120, basis="dos", valid_from=cast.dt.date(2026, 1, 1)
    )
    return payer, contract, rule


def pages(payer, contract, rule) -> dict[str, str]:
    readable = ["setup", "practices", "holidays", "adjustments", "payers", "contracts", "rules"]
    changing = ["practice_new", "payer_new"]
    of_payer = ["payer_edit", "payer_adopt", "payer_merge", "payer_plan_new", "payer_contact_new"]
    own = [reverse("contract_new"), reverse("closure_new"), reverse("contract_edit", args=[contract.pk])]
    own += [reverse("adjustment_new"), reverse("rule_new"), f"{reverse('rule_new')}?payer={payer.pk}&kind=appeal_1"]
    own += [reverse("practice_edit", args=[contract.practice_id]), f"{reverse('contract_new')}?payer={payer.pk}"]
    found = {reverse(name): "read" for name in readable} | {reverse(name): "change" for name in changing}
    found |= {reverse(name, args=[payer.pk]): "change" for name in of_payer}
    found |= {reverse("payer", args=[payer.pk]): "read", reverse("contract", args=[contract.pk]): "read"}
    found |= {reverse("rule_end", args=[rule.pk]): "change"} | dict.fromkeys(own, "change of a practice")
    found |= {f"{reverse('rules')}?class=medicare": "read"}
    found |= {
        f"{reverse('payers')}?export=csv": "read",
        f"{reverse('contracts')}?export=xlsx": "read",
        f"{reverse('contract', args=[contract.pk])}?export=xlsx": "read",
    }
    return found


MAY = {"admin": {"read", "change of a practice"}, "owner": {"read", "change", "change of a practice"}}


@pytest.mark.parametrize("role", ["collector", "supervisor", "admin", "auditor", "owner"])
def test_everybody_reads_admins_change_their_practices_and_owners_what_is_shared(client, ground, role):
    client.force_login(cast.make_user(role=role, practices=[Practice.objects.get()]))
    for url, need in pages(*ground).items():
        expected = 200 if need in MAY.get(role, {"read"}) else 403
        assert client.get(url).status_code == expected, url


def test_a_reader_is_offered_nothing_that_changes(client, ground):
    client.force_login(cast.make_ana(Practice.objects.get()))
    for url in (reverse("payer", args=[ground[0].pk]), reverse("contract", args=[ground[1].pk]), reverse("setup")):
        html = client.get(url).content.decode()
        main = html[html.index("<main") : html.index("</main")]
        assert 'method="post"' not in main
        assert "/new" not in main


def test_changes_by_a_collector_are_forbidden_by_the_verbs_too(client, ground):
    client.force_login(cast.make_ana(Practice.objects.get()))
    payer, contract, _ = ground
    for name, args in (
        ("payer_identifier_add", [payer.pk]),
        ("contract_recheck", [contract.pk]),
        ("contract_fees_confirm", [contract.pk]),
        ("payer_adopt", [payer.pk]),
    ):
        assert client.post(reverse(name, args=args)).status_code == 403


def test_the_directory_reads_as_people_say_it(client, oona, ground):
    payer, *_ = ground
    PayerContact.objects.create(
        payer=payer, kind="phone", purpose="appeals", value="+18005550100", opens=dt.time(8), closes=dt.time(17),
        weekdays="12345", time_zone="America/New_York",
    )  # fmt: skip
    page = client.get(reverse("payer", args=[payer.pk])).content.decode()
    assert "(800) 555-0100" in page
    assert "Mon-Fri 8:00-17:00 Eastern" in page


@pytest.mark.parametrize(
    ("weekdays", "words"),
    [("12345", "Mon-Fri"), ("1234567", "Every day"), ("136", "Mon, Wed, Sat"), ("1256", "Mon, Tue, Fri, Sat")],
)
def test_weekdays_have_names(weekdays, words):
    assert days_words(weekdays) == words
    whole = hours_words(dt.time(), dt.time(), weekdays=weekdays, zone="America/Sitka")
    assert whole == f"{words} all day Sitka"


def test_the_contract_of_another_practice_does_not_exist_for_me(client, oona, ground):
    other = Practice.objects.create(name="Oak Street", npi="1003000126")
    hidden = Contract.objects.create(practice=other, payer=ground[0], name="Hidden terms", valid_from=cast.TODAY)
    assert client.get(reverse("contract", args=[hidden.pk])).status_code == 404
    assert client.get(reverse("contract_edit", args=[hidden.pk])).status_code == 404
    assert b"Hidden terms" not in client.get(reverse("contracts")).content
    assert b"Hidden terms" not in client.get(reverse("payer", args=[ground[0].pk])).content


def test_the_list_costs_the_same_for_one_payer_and_for_thirty(client, oona, ground, django_assert_max_num_queries):
    def asked() -> int:
        with django_assert_max_num_queries(30) as found:
            assert client.get(reverse("payers")).status_code == 200
        return len(found)

    client.get(reverse("payers"))
    Payer.objects.create(name="Nobody Knows")
    few = asked()
    for number in range(30):
        payer = Payer.objects.create(name=f"Payer {number}")
        PayerIdentifier.objects.create(payer=payer, qualifier="PI", value=f"X{number}")
    assert asked() == few


def test_rules_of_states_stand_apart_where_the_practices_of_the_reader_differ(client, oona, ground):
    first = Practice.objects.get()
    Practice.objects.filter(pk=first.pk).update(state="TX")
    medicaid = cast.make_payer(name="State Medicaid", payer_class="medicaid", payer_id="MCD")
    url = reverse("payer", args=[medicaid.pk])

    def filing() -> tuple[str, list[tuple[str, str]]]:
        one = next(one for one in client.get(url).context["rulings"] if one.code == "filing")
        return one.now.figure if one.now else "", [(where, rule.figure) for where, _, rule in one.apart]

    assert filing() == ("95 days", [])
    second = cast.make_practice(name="Peach Clinic", npi="1093817465")
    Practice.objects.filter(pk=second.pk).update(state="GA")
    second.staff.add(oona)
    everywhere, apart = filing()
    assert apart == [("practices in GA", "180 days"), ("practices in TX", "95 days")]
    html = client.get(url).content.decode()
    assert "practices in GA" in html
    assert everywhere or "not everywhere the same" in html
    Practice.objects.filter(pk=second.pk).update(state="")
    assert filing()[1] == [("practices in TX", "95 days")]
    Practice.objects.filter(pk=second.pk).update(state="GA")
    Payer.objects.filter(pk=medicaid.pk).update(state="GA")
    assert filing() == ("180 days", [])


def test_the_payer_page_costs_the_same_with_many_rules_and_plans(client, oona, ground, django_assert_max_num_queries):
    url = reverse("payer", args=[ground[0].pk])
    client.get(url)
    with django_assert_max_num_queries(30) as few:
        client.get(url)
    for number in range(8):
        Plan.objects.create(payer=ground[0], name=f"Plan {number}")
        PayerRule.objects.create(
            payer=ground[0], kind="corrected", value=90 + number, basis="notice", valid_from=cast.TODAY
        )
    with django_assert_max_num_queries(30) as many:
        client.get(url)
    assert len(many) == len(few)


def test_setup_lists_what_needs_somebody(client, oona, ground):
    Payer.objects.create(name="Opened By Import")
    Contract.objects.filter(pk=ground[1].pk).update(valid_to=cast.dt.date(2026, 12, 15))
    html = client.get(reverse("setup")).content.decode()
    assert "Opened By Import" in html
    assert "contract ends" in html
    assert "nobody works it" in html


def test_the_list_shows_what_a_payer_owes(client, oona, ground):
    assert "240.00" in client.get(reverse("payers") + "?q=MER01").content.decode()
    assert "Meridian" not in client.get(reverse("payers") + "?q=nothing").content.decode()


def test_a_rule_begins_with_what_is_in_force_and_is_changed_after_its_preview(client, oona):
    page = client.get(reverse("rule_new"), {"class": "commercial", "kind": "appeal_2"})
    assert page.context["form"]["basis"].value() == "notice"
    assert page.context["form"]["value"].value() is not None
    entered = {
        "kind": "filing", "value": "45", "basis": "dos", "valid_from": "2026-11-21", "source": "Clause 4.2",
        "confidence": "high", "payer_class": "commercial",
    }  # fmt: skip
    assert b"Change it" in client.post(reverse("rule_new"), entered | {"step": "preview"}).content
    again = client.post(reverse("rule_new"), entered | {"step": "edit"})
    assert again.status_code == 200
    assert 'value="Clause 4.2"' in again.content.decode()
    assert not PayerRule.objects.filter(value=45).exists()


def test_a_new_contract_presumes_no_practice_and_no_payer_and_offers_every_plan(client, ground):
    payer = ground[0]
    plan = Plan.objects.create(payer=payer, name="Gold")
    mine = [Practice.objects.get(), cast.make_practice(name="Oak", npi="1003000126")]
    client.force_login(cast.make_user(role="admin", practices=mine))
    form = client.get(reverse("contract_new")).context["form"]
    assert [form.fields[name].choices[0][0] for name in ("practice", "payer")] == ["", ""]
    assert (plan.pk, f"{payer.name}: Gold") in form.fields["plan"].choices
    assert client.post(reverse("contract_new"), {"name": "X", "valid_from": "2026-01-01"}).status_code == 422


def test_an_error_is_said_once_and_beside_its_field(client, oona):
    practice = {"name": "Oak", "npi": "123", "time_zone": "America/New_York"}
    page = client.post(reverse("practice_new"), practice).content.decode()
    assert page.count('role="alert"') == 1
    assert 'id="id_npi_error"' in page


@pytest.mark.parametrize("codes", [{"carc": "ZZZZ"}, {"carc": "45", "rarc": "781"}])
def test_an_override_of_what_is_no_code_is_refused(client, oona, codes):
    entered = {"group": "CO", "treatment": "contractual", "valid_from": "2026-11-21", "source": "x", **codes}
    answer = client.post(reverse("adjustment_new"), entered)
    assert answer.status_code == 422
    assert "That is no re" in answer.content.decode()


def test_what_a_code_means_stands_beside_it(client, oona):
    page = client.get(reverse("adjustments"), {"q": "197"}).content.decode()
    assert "authorization" in page.partition("<tbody>")[2]


def test_every_page_that_changes_what_all_practices_share_says_so(client, oona) -> None:
    payer = cast.make_payer()
    pages = [
        *(reverse(name) for name in ("payers", "payer_new", "rules", "adjustments", "adjustment_new")),
        *(reverse(name, args=[payer.pk]) for name in ("payer", "payer_edit", "payer_adopt", "payer_merge")),
        *(reverse(name, args=[payer.pk]) for name in ("payer_plan_new", "payer_contact_new")),
        f"{reverse('rule_new')}?payer={payer.pk}",
    ]
    said = "Shared by all practices here"
    assert [url for url in pages if said not in client.get(url).content.decode()] == []
    assert said not in client.get(reverse("contracts")).content.decode()  # a contract is one practice's own
