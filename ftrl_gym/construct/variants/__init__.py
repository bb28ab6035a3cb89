"""API variants and scalings: the same functions of a scenario behind other tools, documents and code together."""
