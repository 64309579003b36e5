"""Survey statistics: what a sample of inspected items says, and about whom.

`proportions` gives the interval of one rate, `shrinkage` steadies the rates of many small groups,
`populations` keeps apart the samples that must not be added up. For strata, clusters and weights a
`designs.survey_design` goes into `estimation`, `design_proportions`, `quantiles` and `calibration`;
`fay_herriot` strengthens small areas; `combining` weighs random and risk-targeted draws together.
"""
