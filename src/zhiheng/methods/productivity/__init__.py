"""How much comes out for what goes in: capital, residuals, index numbers, frontiers and their change."""
