"""The verbs of payers, in one place for pages, endpoints and tasks.

Every verb takes `actor`, who must hold `Capability.CONFIGURE_SHARED`, and `now`; each leaves an audit event.
"""

from claims.payers.contracts import BadContract, ContractFacts, replace_fees, save_contract
from claims.payers.directory import (
    BadEntry,
    ContactFacts,
    IdentifierTaken,
    PayerFacts,
    PlanFacts,
    add_identifier,
    change_payer,
    open_payer,
    remove_contact,
    remove_identifier,
    save_contact,
    save_plan,
)
from claims.payers.known_payers import adopt
from claims.payers.payer_merge import SamePayer, merger, mergers_into, practices_naming, rows_to_move
from claims.payers.rule_entry import (
    BadRule,
    RuleChange,
    RuleDraft,
    add_rule,
    end_rule,
    ensure_may_set,
    plan_end,
    plan_rule,
)

__all__ = [
    "BadContract", "BadEntry", "BadRule", "RuleChange", "ContactFacts", "ContractFacts", "RuleDraft", "PayerFacts",
    "PlanFacts", "SamePayer", "IdentifierTaken", "add_identifier", "add_rule", "adopt", "change_payer", "end_rule",
    "ensure_may_set", "open_payer", "plan_end", "plan_rule", "remove_contact", "remove_identifier", "replace_fees",
    "save_contact", "save_contract", "save_plan", "rows_to_move",
    "merger", "mergers_into", "practices_naming",
]  # fmt: skip
