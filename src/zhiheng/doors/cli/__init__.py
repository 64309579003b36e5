"""The command line: how an operator, a script and the first start come in."""
