"""How each person left an exam's images."""
