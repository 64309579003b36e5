"""Lists out: csv, xlsx and Parquet, written as they are read, safe to open, and honest about their length."""
