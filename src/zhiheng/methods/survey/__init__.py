"""Survey statistics: what a sample of inspected items says, and about whom.

`proportions` gives the interval of one rate, `shrinkage` steadies the rates of many small groups,
`populations` keeps apart the samples that must not be added up.
"""
