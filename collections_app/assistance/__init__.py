"""Financial assistance: from asking to decision, and what follows (26 CFR 1.501(r)-4 to -6)."""
