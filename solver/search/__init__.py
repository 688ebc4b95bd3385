"""How a plan is found: class after class, what runs when and who holds what, in whole steps, with a proven bound."""
