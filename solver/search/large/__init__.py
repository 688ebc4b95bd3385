"""A large portfolio: each class by prices, project by project, in pieces that are small models of their own."""
