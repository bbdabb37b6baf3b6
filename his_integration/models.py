"""The list of models that Django needs; each slice holds its own."""
