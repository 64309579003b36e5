"""The provable draw of objects and the pairing of inspectors.

A draw goes `frame` → `commitment` → `draw` → `proof` → `verification`; `probabilities` says how likely
each object was to be drawn; `pairing` sends inspectors to the drawn objects. The format that a stranger
can verify is docs/topics/draw-proof.md. Nothing here reads a clock, a file or a random generator:
nonces and times are arguments.
"""
