"""The public's door: what anybody may read, and how to check it. It reads as the public and never acts."""
