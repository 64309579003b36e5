"""Is something rising: detectors for many count series at once.

Arrays are (series, time). `ears` for short daily series, `farrington` for weekly series with years of
history, `bayes` between them; `cusum` and `glr` for slow shifts against a known mean; `discovery` keeps
the false alarms of many series in bounds; `delays` completes weeks that are still being reported;
`scenarios` and `evaluation` say how often a detector is right.
"""
