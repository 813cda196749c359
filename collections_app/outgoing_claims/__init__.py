"""Claims that are to be sent again: corrected, void, new, or to the next payer."""
