"""Charts: rows in, one specification out, drawn the same on a page and in a PDF."""
