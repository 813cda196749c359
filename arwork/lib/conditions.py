"""Conditions as columns, to group rows by."""

from django.db.models import BooleanField, ExpressionWrapper, Q


def condition_column(question: Q) -> ExpressionWrapper:
    """Whether `question` holds, as a column. PostgreSQL knows that it has two values; a CASE could have any number."""
    return ExpressionWrapper(question, output_field=BooleanField())
