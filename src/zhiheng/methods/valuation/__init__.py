"""What quality is worth in money: the value of a brand, and what good and bad quality cost."""
