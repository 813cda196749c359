"""Payment plans: agreed in writing, matched with what the ledger received, broken when not kept (RULES 13.6, 13.7)."""
