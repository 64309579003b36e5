"""The commands, one module each. A command asks the services and selectors; it decides nothing itself."""
