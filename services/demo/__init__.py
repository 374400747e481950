"""A fictive firm to look at: its data, the story of each quote, and how the stories are played."""
