"""One question, one module: a snapshot and parameters in, tables with their provenance out."""
