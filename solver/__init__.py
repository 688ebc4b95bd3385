"""The planner as a library: `read_folder`, `solve`, `check`; knows no web, no SQL, no clock of day."""
