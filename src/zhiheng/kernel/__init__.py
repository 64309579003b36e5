"""What the rules are: codes, calendar, deadlines, workflows, rulebook, hash chain. Standard library only."""
