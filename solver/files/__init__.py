"""What stands in files: CSV texts, archives and workbooks as rows with their places, and the files of a plan."""
