"""The editors' side: what they send, who they are, and the page they work on."""
