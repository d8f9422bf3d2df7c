"""The words of a channel's own: a small language of placeholders, and what its texts become when a message is sent."""
