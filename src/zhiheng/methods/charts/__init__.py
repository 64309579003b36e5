"""Is a process stable, is it capable, and can the gauge tell: numbers of statistical process control."""
