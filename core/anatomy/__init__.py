"""Where things lie in a hand or foot.

Parts and joints, the average limb in mm, a limb's pose on a film, views of it.
"""
