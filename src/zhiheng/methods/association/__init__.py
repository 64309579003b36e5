"""Which product goes with which hazard: pairs reported more often than their margins would have it."""
