"""joint_scoring."""
