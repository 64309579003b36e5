"""The toolbox: the mathematics of supervision as public pages that anyone may use, without an account."""
