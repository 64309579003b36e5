"""What can be computed: arrays in, frozen results out. numpy and scipy only; no files, no clocks, no Django."""
