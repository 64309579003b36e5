"""The pages of the toolbox, a module for each tool."""
