"""The rules in force: what admins entered, over what is shipped. The one place where both are read together.

An admin's row outranks a shipped one of the same scope (`dated_rules.precedence`); where it ends, the shipped one
speaks again. So a shipped figure is corrected by adding a row, and withdrawn by ending it.
"""

from claims.payers.models import PayerRule
from claims.payers.rules import RuleBook, RuleRow, default_rules


def rule_book() -> RuleBook:
    """Every rule, the admins' and the shipped. One query."""
    return RuleBook((*own_rules(), *default_rules()))


def own_rules() -> list[RuleRow]:
    """What admins entered. One query."""
    return [as_row(rule) for rule in PayerRule.objects.order_by("pk")]


def as_row(rule: PayerRule) -> RuleRow:
    """A stored rule as the pure modules want it."""
    return RuleRow(
        kind=rule.kind,
        value=rule.value,
        basis=rule.basis,
        payer_class=rule.payer_class or None,
        payer_id=rule.payer_id,
        plan_id=rule.plan_id,
        practice_id=rule.practice_id,
        state=rule.state or None,
        valid_from=rule.valid_from,
        valid_to=rule.valid_to,
        source=rule.source,
        confidence=rule.confidence,
        note=rule.note,
        rule_id=rule.pk,
    )
