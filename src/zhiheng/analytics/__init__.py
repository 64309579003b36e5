"""Questions asked of the ledger, answered with their provenance."""
