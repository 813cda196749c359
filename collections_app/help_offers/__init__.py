"""Help offered to patients in the order that helps, kept as proof of what was offered."""
