"""Where a network looks: its own attention, Grad-CAM and its kin, and how far they agree with each other and the truth."""
