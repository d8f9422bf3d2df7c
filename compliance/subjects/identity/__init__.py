"""Is the person who asks the person it is about: a mailed link, and a code that is told with it."""
