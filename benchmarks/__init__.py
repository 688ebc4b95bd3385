"""Generated portfolios, the textbook formulation, and what is measured on them."""
