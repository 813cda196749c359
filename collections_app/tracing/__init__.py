"""Tracing: where somebody may be reached when nobody is, by source and confidence."""
