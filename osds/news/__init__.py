"""What a registry tells the world: its changes as feeds and a changelog, its states as badges, and messages to receivers."""
