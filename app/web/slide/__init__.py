"""The brief as a picture of a slide's size: content (what is said) -> sheet (where it fits) -> PNG."""
