"""Benchmarks on PostgreSQL, every figure beside its floor in the same run: `python -m bench` or `make bench`."""
