"""Requests for records by attorneys and others: the authorization checked, what was released, to whom."""
