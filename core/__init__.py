"""Sharp/van der Heijde scoring of hand and foot radiographs: the method, the networks, the evidence."""
