"""The pages that a collector looks at all day, beside a page that does no more than a page must."""

import time
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from bench.context import SMALL, Bench
from bench.drive import percentile
from bench.report import Figure, ms
from bench.web import Answer

Ask = Callable[[int], Answer]
ROUNDS, WARM = 150, 8
MOST_SECONDS = 40
LIST_OF_ALL, LIST_OF_MINE = "/list?q=due%3Atoday", "/list?q=owner%3Amine+due%3Atoday"


def run(bench: Bench) -> None:
    """Everything over HTTP, one viewer after the other's answer."""
    floor = measure(_path(bench, bench.collectors[0], "/bench/rows"))
    for name, make in (
        ("list, a collector's own due work", lambda on: _path(on, on.collectors[1], LIST_OF_MINE)),
        ("list, everything due", lambda on: _path(on, on.supervisors[1], LIST_OF_ALL)),
        ("desk, the item held", _desk),
        ("claim", _claim),
        ("search, a member id", lambda on: _search(on, on.words_of("claims_coverage", "member_id"))),
        ("search, the first nine of a member id", lambda on: _search(on, _beginnings(on))),
        ("search, a day of birth", lambda on: _search(on, _birthdays(on, "{born:%m/%d/%Y}"))),
        ("search, a last name and a year of birth", lambda on: _search(on, _birthdays(on, "{last} {born.year}"))),
    ):
        ours = measure(make(bench))
        small = measure(make(bench.small)) if bench.small else None
        bench.report.add(*_figures(name, ours, floor, small))


def measure(ask: Ask, *, rounds: int = ROUNDS, warm: int = WARM) -> list[float]:
    """Seconds of each answer; what is not a page is an error."""
    found: list[float] = []
    began = time.perf_counter()
    for turn in range(-warm, rounds):
        started = time.perf_counter()
        answer = ask(turn)
        ended = time.perf_counter()
        if answer.status != 200:
            raise LookupError(f"answered {answer.status} {answer.location} {answer.body[:300]!r}")
        if turn >= 0:
            found.append(ended - started)
        if ended - began > MOST_SECONDS and len(found) >= 20:
            break
    return found


def _figures(name: str, ours: list[float], floor: list[float], small: list[float] | None) -> list[Figure]:
    p95, floor_p95 = percentile(ours, 0.95) * 1000, percentile(floor, 0.95) * 1000
    figures = [
        Figure(
            f"page: {name}, p50 / p95",
            f"{ms(percentile(ours, 0.5) * 1000)} / {ms(p95)}",
            f"50 rows: {ms(percentile(floor, 0.5) * 1000)} / {ms(floor_p95)}",
            p95 / floor_p95,
            "p95 <= 3 x",
            p95 <= 3 * floor_p95,
        )
    ]
    if small:
        small_p95 = percentile(small, 0.95) * 1000
        figures.append(
            Figure(
                f"the same against {SMALL:,} claims, p95",
                ms(p95),
                ms(small_p95),
                p95 / small_p95,
                "<= 1.5 x",
                p95 <= 1.5 * small_p95,
            )
        )
    return figures


def _path(bench: Bench, user_id: int, path: str) -> Ask:
    person = bench.person(user_id)
    return lambda turn: person.get(path)


def _desk(bench: Bench) -> Ask:
    """Each turn another collector's item, so not one story alone is told."""
    people = [bench.person(pk) for pk in bench.collectors[:20]]
    held = [person.post("/desk/take").location for person in people]
    return lambda turn: people[turn % len(people)].get(held[turn % len(people)])


def _claim(bench: Bench) -> Ask:
    """Open claims from all over the table."""
    sql = (
        "SELECT claim_id FROM collections_app_workitem WHERE state = 'open' AND claim_id IS NOT NULL"
        " ORDER BY md5(id::text) LIMIT 100"
    )
    ids = [row[0] for row in bench.ask(sql)]
    person = bench.person(bench.collectors[2])
    return lambda turn: person.get(f"/claims/{ids[turn % len(ids)]}")


def _search(bench: Bench, words: Sequence[str]) -> Ask:
    """The search box: the form, and the page that it leads to."""
    person = bench.person(bench.collectors[3])

    def ask(turn: int) -> Answer:
        found = person.post("/search", urlencode({"q": words[turn % len(words)]}))
        return person.get(found.location) if found.location else found

    return ask


def _beginnings(bench: Bench) -> list[str]:
    return [word[:9] for word in bench.words_of("claims_coverage", "member_id")]


def _birthdays(bench: Bench, form: str) -> list[str]:
    people = bench.words_of("claims_person", "birth_on", "last")
    return [form.format(born=born, last=last) for born, last in people]
