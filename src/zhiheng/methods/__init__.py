"""What can be computed: arrays in, frozen results out.

Needs numpy and scipy only, and refuses files, clocks, settings and any framework.
"""
