"""Many claims out of a few: the rows of open claims, copied in sets with ids, keys and dates of their own.

Copy number k of a row has id + k x stride, the same foreign keys moved alike, dates moved back by some days, and
every natural key with `.k` behind it. Foreign keys are proven afterwards, all at once, instead of row by row.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, models

from arwork.lib import bulk
from claims import models as books

STEP = 50  # copies a statement
MEMBERS = 10_000  # coverages that are named at once
#: Copies are up to so many days older than what they are copied from.
SPREAD = 60

# What is copied: the claims that are open, if nothing but open claims was paid from their account's unapplied cash.
_OPEN = """
SELECT id FROM claims_claim WHERE balance <> 0 AND state = 'open' AND account_id NOT IN (
    SELECT p.account_id FROM claims_posting p LEFT JOIN claims_claim c ON c.id = p.claim_id
    WHERE p.account_id IS NOT NULL AND 'UNAPPLIED' IN (p.debit, p.credit)
      AND (c.id IS NULL OR c.balance = 0 OR c.state <> 'open'))
"""
_PERSONS = """
SELECT guarantor_id FROM claims_account WHERE id IN (SELECT id FROM pick_account)
UNION SELECT person_id FROM claims_patient WHERE id IN (SELECT id FROM pick_patient)
UNION SELECT subscriber_id FROM claims_coverage WHERE id IN (SELECT id FROM pick_coverage) AND subscriber_id IS NOT NULL
"""


def _of(column: str, parent: str) -> Callable[[str], str]:
    return lambda table: f"SELECT id FROM {table} WHERE {column} IN (SELECT id FROM pick_{parent})"


def _by(column: str, child: str) -> Callable[[str], str]:
    return lambda _: f"SELECT DISTINCT {column} FROM claims_{child} WHERE id IN (SELECT id FROM pick_{child})"


@dataclass(frozen=True)
class Kind:
    """A table that is copied: which rows, in which order, and the columns that must differ."""

    model: type[models.Model]
    rows: Callable[[str], str]
    named: tuple[str, ...] = ()  # text keys: `.k` goes behind them
    digested: tuple[str, ...] = ()  # keys of 32 or 64 hexadecimal digits

    @property
    def name(self) -> str:
        return self.model._meta.model_name or ""


KINDS = (
    Kind(books.Claim, lambda _: _OPEN, named=("number", "icn")),
    Kind(books.Account, _by("account_id", "claim"), named=("number",), digested=("match_key",)),
    Kind(books.Patient, lambda _: "SELECT DISTINCT patient_id FROM claims_claim WHERE id IN (SELECT id FROM pick_claim)"
         " UNION SELECT patient_id FROM claims_coverage WHERE id IN (SELECT unnest(ARRAY[coverage1_id, coverage2_id,"
         " coverage3_id]) FROM claims_claim WHERE id IN (SELECT id FROM pick_claim))", digested=("match_key",)),
    Kind(books.Coverage, _of("patient_id", "patient")),  # `_name_members` follows
    Kind(books.Person, lambda _: _PERSONS, digested=("match_key",)),
    Kind(books.PersonPhone, _of("person_id", "person")),
    Kind(books.PersonAddress, _of("person_id", "person")),
    Kind(books.PersonEmail, _of("person_id", "person")),
    Kind(books.ClaimLine, _of("claim_id", "claim"), named=("control",)),
    Kind(books.Submission, _of("claim_id", "claim"), named=("source", "icn")),
    Kind(books.Acknowledgment, _of("claim_id", "claim"), named=("source", "icn")),
    Kind(books.RemitClaim, _of("claim_id", "claim"), named=("number", "icn")),
    Kind(books.Remittance, _by("remittance_id", "remitclaim"), named=("trace",), digested=("key",)),
    Kind(books.RemitLine, _of("remit_claim_id", "remitclaim"), named=("control",)),
    Kind(books.Denial, _of("claim_id", "claim")),
    Kind(books.Underpayment, _of("claim_id", "claim")),
    Kind(books.Receivable, _of("claim_id", "claim")),
    Kind(books.Posting, _of("claim_id", "claim")),
)  # fmt: skip
#: Columns that name a row of a copied table without a foreign key.
_LOOSE = {"remit_claim_id": "remitclaim", "remittance_id": "remittance"}


def multiply(copies: int, *, tell: Callable[[str], None]) -> int:
    """Copy the open claims `copies` times; how many claims were picked. In one transaction of this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET work_mem = '256MB'")
        strides = {}
        for kind in KINDS:
            table = kind.model._meta.db_table
            cursor.execute(f"CREATE TEMP TABLE pick_{kind.name} (id) AS {kind.rows(table)}")
            cursor.execute(f"CREATE UNIQUE INDEX ON pick_{kind.name} (id)")
            cursor.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}")
            strides[kind.name] = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM pick_claim")
        picked = cursor.fetchone()[0]
        for kind in KINDS:
            _copy(cursor, kind, strides, copies)
            tell(f"copied {kind.name}")
        _name_members(strides["coverage"])
        tell("named members")
        cursor.execute("SET session_replication_role = origin")
    return picked


def _name_members(stride: int) -> None:
    """Copies have the encrypted member id of what they were copied from: put `.k` behind it, as behind other keys."""
    last = stride
    while rows := list(
        books.Coverage.objects.filter(pk__gte=last).order_by("pk").values_list("pk", "member_id")[:MEMBERS]
    ):
        named = {pk: (f"{member_id}.{pk // stride}",) for pk, member_id in rows if member_id}
        bulk.write(books.Coverage, ["member_id"], named)
        last = rows[-1][0] + 1


def picked_claims() -> int:
    """How many claims one copy has."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({_OPEN}) AS found")
        return cursor.fetchone()[0]


def _copy(cursor, kind: Kind, strides: dict[str, int], copies: int) -> None:
    """Without the indexes that serve only reading: they are built anew when the rows are there."""
    meta = kind.model._meta
    table = meta.db_table
    columns = [field.column for field in meta.concrete_fields]
    values = ", ".join(_value(field, kind, strides) for field in meta.concrete_fields)
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = %s::regclass AND NOT indisunique",
        [table],
    )
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    names = ", ".join(f'"{name}"' for name in columns)
    for first in range(1, copies + 1, STEP):
        some = f"generate_series({first}, {min(first + STEP - 1, copies)}) k"
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} r"
            f" JOIN pick_{kind.name} p ON p.id = r.id, {some} ORDER BY k, r.id"
        )
    for _, definition in indexes:
        cursor.execute(definition)
    cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")


def _value(field: models.Field, kind: Kind, strides: dict[str, int]) -> str:
    column = f'r."{field.column}"'
    if field.primary_key:
        return f"{column} + k * {strides[kind.name]}"
    if field.column in _LOOSE:
        return f"{column} + k * {strides[_LOOSE[field.column]]}"
    if field.is_relation:
        target = field.related_model._meta.model_name
        return f"{column} + k * {strides[target]}" if target in strides else column
    if isinstance(field, models.UUIDField):
        return f"md5({column}::text || '.' || k)::uuid"
    if field.name in kind.digested:
        return f"left(CASE WHEN {column} = '' THEN '' ELSE md5({column} || '.' || k) END, length({column}))"
    if field.name in kind.named:
        return f"CASE WHEN {column} = '' THEN '' ELSE {column} || '.' || k END"
    if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
        return column if field.name in ("birth_on", "valid_from", "valid_to") else f"{column} - (k * 7 % {SPREAD})::int"
    return column


def dangling() -> list[str]:
    """Foreign keys of the copied tables that name no row: there must be none."""
    found = []
    with connection.cursor() as cursor:
        for kind in KINDS:
            for field in kind.model._meta.concrete_fields:
                if not field.is_relation:
                    continue
                mine, other = kind.model._meta.db_table, field.related_model._meta.db_table
                cursor.execute(
                    f'SELECT count(*) FROM {mine} m WHERE m."{field.column}" IS NOT NULL'
                    f' AND NOT EXISTS (SELECT 1 FROM {other} o WHERE o.id = m."{field.column}")'
                )
                if count := cursor.fetchone()[0]:
                    found.append(f"{mine}.{field.column}: {count}")
    return found
