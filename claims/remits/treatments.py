"""The treatments in force, asked once a batch: an admin's rows before the shipped ones."""

import datetime as dt
from functools import cache

from claims.remits.advice import Treat
from claims.remits.models import AdjustmentRule
from claims.remits.treatment import Rule, Treatment, default_rules, treat


def rules_in_force() -> tuple[Rule, ...]:
    """Every rule: the admins' own, then the shipped table. Of equals the first wins."""
    own = AdjustmentRule.objects.order_by("-valid_from", "-id")
    return (
        *(
            Rule(
                treatment=Treatment(row.treatment),
                group=row.group or None,
                carc=row.carc or None,
                rarc=row.rarc or None,
                payer_id=row.payer_id,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                source=row.source,
            )
            for row in own
        ),
        *default_rules(),
    )


def treat_on(on: dt.date, *, payer_id: int | None, rules: tuple[Rule, ...] | None = None) -> Treat:
    """How this payer's adjustments are treated on a day. Answers are remembered: a file repeats a few dozens."""
    table = rules_in_force() if rules is None else rules

    @cache
    def answer(group: str, carc: str, rarcs: tuple[str, ...]) -> Treatment:
        return treat(group, carc, on=on, payer_id=payer_id, rules=table, rarcs=rarcs)

    return answer
