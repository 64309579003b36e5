"""The pages of the workbench, one module a subject."""
