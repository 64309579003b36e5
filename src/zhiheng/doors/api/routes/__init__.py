"""The operations, one module for each kind of thing. Each names its actor's read and shapes the answer."""
