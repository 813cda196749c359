"""Where denials begin and who can cure them: every reason has an answer, a rule says otherwise, the work follows."""

from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps

from claims.denials import denial_rules
from claims.denials.causes import CURES, PREVENTABLE, ROOT_CAUSES, DenialCause, cause_of
from claims.denials.denial_rules import DenialRuleDraft
from claims.denials.models import Denial
from claims.denials.routing import Ruling, categories, categories_by_carc, route
from tests import cast
from tests.cast import NOW, TODAY
from tests.remits.era import Clp, Era, Svc, take


@pytest.mark.parametrize(
    ("reason", "rarcs", "expected"),
    [
        ("CO-197", [], ("authorization", "yes", "front_desk")),
        ("CO-11", [], ("coding", "yes", "coder")),
        ("CO-50", [], ("clinical", "depends", "clinician")),
        ("CO-B7", [], ("contract", "yes", "enrollment")),
        ("PR-27", [], ("registration", "yes", "front_desk")),
        ("CO-22", [], ("registration", "yes", "patient")),
        ("CO-227", ["N179"], ("registration", "depends", "patient")),
        ("CO-16", ["M51"], ("coding", "yes", "coder")),  # the remark says what is missing: a procedure code
        ("CO-16", ["N382"], ("registration", "yes", "front_desk")),  # the member's number
        ("CO-16", ["MA130"], ("billing", "yes", "biller")),
        ("CO-252", ["N706"], ("documentation", "yes", "clinician")),
        ("CO-29", [], ("billing", "yes", "biller")),
        ("CO-133", [], ("payer", "no", "payer")),
        ("CO-999", [], ("other", "depends", "biller")),
    ],
)
def test_a_reason_with_its_remarks_says_where_it_began_and_who_cures_it(reason, rarcs, expected) -> None:
    group, carc = reason.split("-")
    assert cause_of(route(group, carc, rarcs), carc, rarcs) == DenialCause(*expected)


def test_every_code_of_the_shipped_table_has_a_cause_and_a_cure() -> None:
    for carc in [*categories_by_carc(), "never heard of"]:
        found = cause_of(route("CO", carc), carc)
        assert found.root_cause in ROOT_CAUSES
        assert found.preventable in PREVENTABLE
        assert found.cure in CURES
    assert len({cause_of(route("CO", c), c).cure for c in categories_by_carc()}) == len(CURES)
    assert set(categories()) >= {"coding", "authorization"}


def test_a_rule_says_what_it_names_and_leaves_the_rest_as_shipped() -> None:
    ruling = Ruling(
        group="CO", carc="197", category="authorization", kind="soft", way="authorization", cure="clinician"
    )
    found = cause_of(route("CO", "197", ruling=ruling), "197", ruling=ruling)
    assert found == DenialCause("authorization", "yes", "clinician")


@pytest.mark.django_db
def test_a_posted_denial_says_it_and_a_rule_moves_what_is_open() -> None:
    cast.make_claim(number="H1", lines=["240.00"])
    take(Era([Clp("H1", [Svc("240.00", "0", [("CO-197", "240.00")])])]))
    row = Denial.objects.get()
    assert (row.root_cause, row.preventable, row.cure) == ("authorization", "yes", "front_desk")

    owner = cast.make_oona(row.practice)
    draft = DenialRuleDraft(
        group="CO", carc="197", category="authorization", kind="either", way="authorization",
        valid_from=row.initial_on, source="Front desk meeting", root_cause="payer", preventable="no", cure="supervisor",
        win_rate=Decimal("0.5"),
    )  # fmt: skip
    shown = denial_rules.effects_of(denial_rules.plan_rule(draft), actor=owner)
    assert [(one.before.cause.cure, one.after.cause.cure) for one in shown.shown] == [("front_desk", "supervisor")]
    rule, moved = denial_rules.add_rule(draft, actor=owner, now=NOW)
    row.refresh_from_db()
    assert (moved, row.root_cause, row.preventable, row.cure) == (1, "payer", "no", "supervisor")
    denial_rules.end_rule(rule.pk, last_day=None, actor=owner, today=TODAY, now=NOW)
    row.refresh_from_db()
    assert row.cure == "supervisor"  # it was first given on a day on which the rule held


@pytest.mark.django_db
def test_what_was_there_before_is_filled_as_the_table_would() -> None:
    rows = {"197": "", "227": "N179", "16": "M51 MA130", "50": "", "999": "", "14": ""}
    for number, (carc, rarcs) in enumerate(rows.items()):
        cast.make_claim(number=f"H{number}", lines=["240.00"])
        cut = Svc("240.00", "0", [(f"CO-{carc}", "240.00")], rarcs=rarcs.split())
        take(Era([Clp(f"H{number}", [cut])], trace=f"EFT{number}"))
    columns = ("carc", *DenialCause._fields)
    posted = sorted(Denial.objects.values_list(*columns))
    assert len(posted) == len(rows)
    Denial.objects.update(root_cause="", preventable="", cure="")
    import_module("claims.migrations.0041_denial_causes_backfill")._fill(apps, None)
    assert sorted(Denial.objects.values_list(*columns)) == posted
