"""SQL only: one file per family of rows; nothing here commits, and nothing outside speaks SQL."""
