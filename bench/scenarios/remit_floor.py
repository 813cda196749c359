"""The floor of an import: split, COPY into a staging table, one INSERT of the ledger rows, one UPDATE of balances."""

import io
import time
from pathlib import Path

from bench.context import DATABASE, Bench

_LEDGER = """
INSERT INTO bench_ledger (claim_id, line, kind, cents, key)
SELECT c.id, s.line, s.kind, s.cents, md5(s.npi || s.number || '/' || s.line || '/' || s.kind)::uuid
FROM bench_stage s JOIN claims_practice p ON p.npi = s.npi
JOIN claims_claim c ON c.practice_id = p.id AND c.number = s.number
"""
_BALANCES = """
UPDATE bench_balance b SET balance = b.balance - s.cents
FROM (SELECT claim_id, sum(cents) AS cents FROM bench_ledger GROUP BY claim_id) s WHERE s.claim_id = b.claim_id
"""


def run(bench: Bench, path: Path) -> tuple[float, int]:
    """Seconds, and ledger rows written."""
    connection = bench.cluster.connect(DATABASE, autocommit=False)
    with connection.cursor() as cursor:
        for sql in (
            "DROP TABLE IF EXISTS bench_stage, bench_ledger, bench_balance",
            "CREATE TABLE bench_stage (npi text, number text, line int, kind text, cents bigint)",
            "CREATE TABLE bench_ledger (id bigserial PRIMARY KEY, claim_id bigint NOT NULL, line int NOT NULL,"
            " kind text NOT NULL, cents bigint NOT NULL, key uuid NOT NULL UNIQUE)",
            "CREATE INDEX ON bench_ledger (claim_id)",
            "CREATE TABLE bench_balance AS SELECT id AS claim_id, balance FROM claims_claim",
            "ALTER TABLE bench_balance ADD PRIMARY KEY (claim_id)",
            "ANALYZE bench_balance",
        ):
            cursor.execute(sql)
        connection.commit()
        started = time.perf_counter()
        cursor.copy_expert("COPY bench_stage FROM STDIN", _staged(path))
        cursor.execute("ANALYZE bench_stage")
        cursor.execute(_LEDGER)
        written = cursor.rowcount
        cursor.execute(_BALANCES)
        connection.commit()
        seconds = time.perf_counter() - started
        cursor.execute("DROP TABLE bench_stage, bench_ledger, bench_balance")
        connection.commit()
    connection.close()
    return seconds, written


def _staged(path: Path) -> io.StringIO:
    """What a reader without any doubt would take from the file."""
    out = io.StringIO()
    npi = number = ""
    line = 0
    for segment in path.read_bytes().decode("ascii").split("~"):
        parts = segment.strip().split("*")
        if parts[0] == "N1" and parts[1] == "PE":
            npi = parts[4]
        elif parts[0] == "CLP":
            number, line = parts[1], 0
        elif parts[0] == "SVC":
            line += 1
            out.write(f"{npi}\t{number}\t{line}\tpaid\t{_cents(parts[3])}\n")
        elif parts[0] == "CAS":
            out.write(f"{npi}\t{number}\t{line}\t{parts[1]}\t{_cents(parts[3])}\n")
    out.seek(0)
    return out


def _cents(text: str) -> int:
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int(part or 0)
