"""The sweep of stories: the process dies at every commit of each, and in recovery once more."""
