"""Networks that score a whole hand film at once, after the ResNet-Dwise50 paper."""
