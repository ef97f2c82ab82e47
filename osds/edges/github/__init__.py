"""GitHub's API, by PyGithub: the conversations, the workflows and who is who."""
