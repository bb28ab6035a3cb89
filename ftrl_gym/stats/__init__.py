"""What a set of tasks is like in figures: ours and FTRL's measured in the same way, to be set side by side."""
