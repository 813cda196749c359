"""Two people place the same account at the same moment: one of them does (PostgreSQL)."""
