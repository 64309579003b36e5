"""The state of files that came in: runs, refused rows, mappings."""
