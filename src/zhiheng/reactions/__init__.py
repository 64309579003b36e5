"""What follows what: one file per chain of consequences."""
