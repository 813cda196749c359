"""Deliveries: a document or message on its way to a person by mail, e-mail or text, and what became of it."""
