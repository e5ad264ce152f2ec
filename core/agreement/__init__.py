"""How well readings agree: arrays of scores in, numbers with intervals out."""
