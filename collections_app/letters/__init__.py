"""Letters: what goes to patients on paper or as PDF, made from versioned texts and facts, frozen with its hash."""
