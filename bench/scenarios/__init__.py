"""One module a row of the table: its floor and ours, measured in the same run."""
