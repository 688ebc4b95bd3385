"""What-ifs around a plan: what it would take, forcing a project in or out, and prices."""
