"""What the rules are: codes, calendar, deadlines, workflow tables, rulebook, hash chain. Standard library only."""
