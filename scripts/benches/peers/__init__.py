"""What osds is measured beside: scripts that do less, each run as a process of its own."""
