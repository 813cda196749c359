"""An 835 that pays claims of the world: every line paid by half, reduced by contract, and shared by the patient."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TextIO

from bench.context import Bench
from bench.env import DAY

HUB = "CLEARHUB"
# Claims on which nothing has happened but the charge, those with two lines first.
_CLAIMS = """
SELECT r.npi, r.tin, r.name, y.id, y.name, i.value, c.number, c.charge, a.last, a.first, v.member_id, l.lines
FROM claims_claim c
JOIN claims_practice r ON r.id = c.practice_id
JOIN claims_payer y ON y.id = c.payer_id
JOIN LATERAL (SELECT value FROM claims_payeridentifier i WHERE i.payer_id = y.id AND i.qualifier = 'XV' LIMIT 1) i
  ON true
JOIN claims_coverage v ON v.id = c.coverage1_id
JOIN claims_patient t ON t.id = c.patient_id
JOIN claims_person a ON a.id = t.person_id
JOIN LATERAL (
  SELECT count(*) AS number, sum(payer1) AS owed,
    array_agg(array[code, modifiers, charge::text, control, to_char(service_from, 'YYYYMMDD')] ORDER BY number) AS lines
  FROM claims_claimline WHERE claim_id = c.id AND number > 0) l ON l.owed = c.charge
WHERE c.state = 'open' AND c.balance = c.charge AND c.responsible = 'PAYER1'
  AND NOT EXISTS (SELECT 1 FROM claims_remitclaim m WHERE m.claim_id = c.id)
ORDER BY abs(l.number - 2), c.id
LIMIT %s
"""


@dataclass
class Written:
    """What the file holds."""

    claims: int = 0
    lines: int = 0


def write(bench: Bench, path: Path, *, most: int, control: int) -> Written:
    """Write the file, one transaction for each practice and payer; `control` is its interchange number."""
    from claims.parties.models import Coverage  # once Django is set up

    member_id = Coverage._meta.get_field("member_id")
    found = [(*row[:10], member_id.read(bytes(row[10])), row[11]) for row in bench.ask(_CLAIMS, args=(most,))]
    rows = sorted(found, key=lambda row: (row[0], row[3], row[6]))
    done = Written()
    with path.open("w") as out:
        day = f"{DAY:%Y%m%d}"
        who = f"ZZ*{HUB:<15}*ZZ*{'BENCH':<15}"
        out.write(f"ISA*00*{'':10}*00*{'':10}*{who}*{day[2:]}*1200*^*00501*{control:09d}*0*P*:~\n")
        out.write(f"GS*HP*{HUB}*BENCH*{day}*1200*{control}*X*005010X221A1~\n")
        number = 0
        for number, (_, group) in enumerate(groupby(rows, key=lambda row: (row[0], row[3])), 1):
            _transaction(out, list(group), number, done)
        out.write(f"GE*{number}*{control}~\nIEA*1*{control:09d}~\n")
    return done


def shares(charge: int) -> tuple[int, int, int]:
    """Paid, contractual and patient's share of a line, in cents."""
    contractual, patient = charge * 4 // 10, charge // 10
    return charge - contractual - patient, contractual, patient


def _transaction(out: TextIO, rows: list[tuple], number: int, done: Written) -> None:
    npi, tin, practice, _, payer, payer_id = rows[0][:6]
    total = sum(shares(int(line[2]))[0] for row in rows for line in row[11])
    day = f"{DAY:%Y%m%d}"
    count = 1
    head = [
        f"ST*835*{number:04d}",
        f"BPR*I*{_dollars(total)}*C*ACH" + "*" * 12 + day,
        f"TRN*1*BENCH{number:06d}*1990000000",
        f"DTM*405*{day}",
        f"N1*PR*{payer.upper()}*XV*{payer_id}",
        f"N1*PE*{practice.upper()}*XX*{npi}",
        f"REF*TJ*{tin}",
        "LX*1",
    ]
    for segment in head:
        out.write(f"{segment}~\n")
        count += 1
    for row in rows:
        for segment in _claim(row):
            out.write(f"{segment}~\n")
            count += 1
        done.claims += 1
        done.lines += len(row[11])
    out.write(f"SE*{count}*{number:04d}~\n")


def _claim(row: tuple) -> Iterator[str]:
    number, charge, last, first, member, lines = row[6:]
    parts = [shares(int(line[2])) for line in lines]
    paid, patient = sum(part[0] for part in parts), sum(part[2] for part in parts)
    yield f"CLP*{number}*1*{_dollars(charge)}*{_dollars(paid)}*{_dollars(patient)}*12*B{number}*11*1"
    yield f"NM1*QC*1*{last.upper()}*{first.upper()}****MI*{member}"
    for (code, modifiers, cents, control, day), (money, contractual, share) in zip(lines, parts, strict=True):
        name = ":".join(["HC", code, *modifiers.split()])
        yield f"SVC*{name}*{_dollars(int(cents))}*{_dollars(money)}**1"
        yield f"DTM*472*{day}"
        yield f"CAS*CO*45*{_dollars(contractual)}"
        yield f"CAS*PR*2*{_dollars(share)}"
        if control:
            yield f"REF*6R*{control}"


def _dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
