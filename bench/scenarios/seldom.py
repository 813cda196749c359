"""Pages that supervisors and admins open now and then: no floor and no target, but nobody should wait for long."""

import datetime as dt

from bench.context import Bench
from bench.drive import percentile
from bench.env import DAY
from bench.report import Figure
from bench.scenarios.pages import measure

ROUNDS = 5
_ACCOUNT = "SELECT account_id FROM claims_receivable WHERE bucket = 'PATIENT' ORDER BY md5(id::text) LIMIT 1"
_EXCEPTION = "SELECT min(id) FROM claims_remitexception WHERE state = 'open' AND remit_claim_id IS NOT NULL"
_CONTRACT = "SELECT min(id) FROM claims_contract"


def run(bench: Bench) -> None:
    """The median of a few answers each, over HTTP."""
    person = bench.person(bench.supervisors[0])
    for name, path in _pages(bench).items():
        found = measure(lambda turn, path=path: person.get(path), rounds=ROUNDS, warm=1)
        bench.report.add(Figure(f"page: {name}", f"{percentile(found, 0.5):.2f} s"))


def _pages(bench: Bench) -> dict[str, str]:
    def one(path: str, sql: str) -> str:
        return path.format(bench.ask(sql)[0][0])

    month_end = DAY.replace(day=1) - dt.timedelta(days=1)
    pages = {
        "a household": one("/accounts/{}", _ACCOUNT),
        "deposits": "/remits",
        "team": "/team",
        "payers": "/setup/payers",
        "aging by collector": "/reports/aging?by=collector",
        "aging as of the end of last month": f"/reports/aging?as_of={month_end}",
        "all rows behind the aging": "/reports/aging/rows",
        "reconciliation": "/reports/reconciliation",
        "denials of ninety days": "/reports/denials",
    }
    for name, path, sql in (
        ("a remittance exception", "/remits/exceptions/{}", _EXCEPTION),
        ("a contract", "/setup/contracts/{}", _CONTRACT),
    ):
        if bench.ask(sql)[0][0]:
            pages[name] = one(path, sql)
    return pages
