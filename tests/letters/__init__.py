"""Letters: their texts, their PDFs, their pages."""
