"""A working day by keyboard: twenty-five items of every kind in the demo, with their keys and milliseconds counted."""

import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterator

import pytest
import time_machine
from django.core.management import call_command
from playwright.sync_api import Page, expect

from arwork.lib import clock
from arwork.staff.access import practice_ids
from arwork.staff.models import User
from collections_app.contacts.asking import call_refused
from collections_app.worklist.models import Lease, WorkAction, WorkItem
from tests.browser.conftest import Sit
from tests.cast import NOW

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ITEMS, CLAIMS, MOST_KEYS = 25, 250, 4
#: What is pressed for each kind; words in brackets are typed.
PRESSED = {
    "no_response": ["f"],
    "rejected": ["s"],
    "denied": ["a"],
    "underpaid": ["Shift+A"],
    "patient_balance": ["l"],
    "credit_balance": ["Shift+Y", "[refund asked for]"],
    "remit_exception": ["Shift+Y", "[asked the payer]"],
}


@pytest.fixture(autouse=True)
def _friday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


def choose(page: Page, kind: str) -> int:
    """Press and type what an item of this kind takes, up to the key that logs it; how many keys, words apart."""
    for key in PRESSED[kind]:
        if key.startswith("["):
            page.keyboard.type(key.strip("[]"))
        else:
            page.keyboard.press(key)
            # The server under test has one database in memory, which two requests at once would lock.
            expect(page.locator("#proposal")).not_to_contain_text("Choose an outcome", timeout=20_000)
    return sum(not key.startswith("[") for key in PRESSED[kind])


def test_a_working_day_of_every_kind_without_the_mouse(sit: Sit, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed_demo", claims=CLAIMS, seed=7, verbosity=0)
    collector = User.objects.get(username="collector")
    page = sit(collector, viewport={"width": 1440, "height": 900})
    there = set(
        WorkItem.objects.filter(state="open", practice__in=practice_ids(collector)).values_list("kind", flat=True)
    )
    keys: dict[str, list[int]] = defaultdict(list)
    onward: list[float] = []
    while sum(len(one) for one in keys.values()) < ITEMS:
        held = Lease.objects.filter(holder=collector).first()
        known = WorkItem.objects.get(pk=held.item_id) if held else None
        if known is None or not page.url.endswith(f"/desk/{known.pk}"):
            known = _another(collector, keys)
            page.goto(f"/desk/{known.pk}")
        page.wait_for_load_state("networkidle")
        pressed, before = choose(page, known.kind), WorkAction.objects.count()
        began = time.perf_counter()
        page.keyboard.press("Control+Enter")
        page.wait_for_url(lambda url, pk=known.pk: not url.endswith(f"/desk/{pk}"), wait_until="domcontentloaded")
        onward.append(time.perf_counter() - began)
        keys[known.kind].append(pressed + 1)
        page.wait_for_load_state("networkidle")
        assert WorkAction.objects.count() == before + 1, known.kind
    assert set(keys) == there  # every kind that the demo has
    assert len(there) >= 6
    assert max(max(one) for one in keys.values()) <= MOST_KEYS
    assert page.problems == []  # type: ignore[attr-defined]
    told = [f"{len(onward)} items, {sum(sum(one) for one in keys.values())} keys beside what was typed;"]
    told += [f"to the next item p50 {statistics.median(onward) * 1000:.0f} ms, longest {max(onward) * 1000:.0f} ms"]
    told += [f"  {kind}: {len(one)} items, {sum(one) / len(one):.1f} keys each" for kind, one in sorted(keys.items())]
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(told) + "\n")


def _another(collector: User, keys: dict[str, list[int]]) -> WorkItem:
    """An open item of the kind that was worked least, that nobody holds; of patients one who may be called now."""
    free = WorkItem.objects.filter(state="open", practice__in=practice_ids(collector), lease=None, hold="")
    untouched = free.exclude(actions__by=collector, actions__at__gte=NOW)
    kinds = sorted(PRESSED, key=lambda kind: len(keys[kind]) if kind in keys else 0)
    fitting = (item for kind in kinds for item in untouched.filter(kind=kind).order_by("-rank"))
    return next(
        item for item in fitting if item.kind != "patient_balance" or not call_refused(item.account_id, clock.now())
    )
