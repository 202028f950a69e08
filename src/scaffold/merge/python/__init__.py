"""Three versions of a Python module become one, part by part; docs/decisions/0014 says how."""
