"""Other servers, by https: git-lfs and receivers of webhooks."""
