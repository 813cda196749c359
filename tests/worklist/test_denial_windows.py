"""The window that binds a denial is the one its reason and remark name, not always the appeal's (RULES 7.2, 7.3)."""

import datetime as dt

import pytest

from claims.denials.claim_windows import deadlines_of_claim
from claims.denials.selectors import denials_of
from collections_app.worklist.models import WorkItem
from tests.cast import make_claim, make_payer
from tests.remits.era import Clp, Era, Svc, take

pytestmark = pytest.mark.django_db
DENIED = dt.date(2026, 11, 18)


@pytest.mark.parametrize(("payer_class", "served", "carc", "rarcs", "kind", "last_day"), [
    # never processed: no appeal, a new claim within a calendar year of the service
    ("medicare", dt.date(2025, 12, 1), "CO-16", ["MA130"], "filing", dt.date(2026, 12, 1)),
    # records were asked for: 30 days
    ("commercial", dt.date(2026, 9, 14), "CO-252", ["M127"], "records", dt.date(2026, 12, 18)),
    # not enrolled: to be billed again in time, here 90 days after the service
    ("commercial", dt.date(2026, 9, 14), "CO-185", [], "filing", dt.date(2026, 12, 13)),
    # the same when that has passed: what is still open
    ("commercial", dt.date(2026, 6, 1), "CO-185", [], "corrected", dt.date(2027, 2, 16)),
    # the first appeal was lost: 180 days and 5 for the second
    ("medicare", dt.date(2026, 9, 14), "CO-193", [], "appeal_2", dt.date(2027, 5, 22)),
    ("medicare", dt.date(2026, 9, 14), "CO-50", [], "appeal_1", dt.date(2027, 3, 23)),
])  # fmt: skip
def test_a_denial_is_due_by_the_window_that_its_reason_names(look, payer_class, served, carc, rarcs, kind, last_day):
    payer = make_payer(payer_class=payer_class, name="Payer", payer_id="PAY1")
    claim = make_claim(number="H1", lines=["100.00"], payers=[payer], service_on=served, billed_on=dt.date(2026, 10, 1))
    clp = Clp("H1", [Svc("100.00", "0", [(carc, "100.00")], rarcs=rarcs, on=served)])
    take(Era([clp], payer="Payer", payer_id="PAY1", paid_on=DENIED))
    look(claim)

    item = WorkItem.objects.get(claim=claim, state="open")
    assert (item.deadline_kind, item.deadline_on) == (kind, last_day)
    claim.refresh_from_db()
    denials = list(denials_of(claim.pk))
    shown = deadlines_of_claim(claim, submissions=[], denials=denials, underpayments=[], primary_eob_on=DENIED)
    assert (kind, last_day) in [(one.kind, one.last_day) for one in shown]
