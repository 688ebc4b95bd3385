"""Services that answer users: what a node yields by SKU and levers, the plan of nodes, and what the levers save."""
