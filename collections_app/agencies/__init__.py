"""Collection agencies: what is placed with them, called back, paid and returned."""
