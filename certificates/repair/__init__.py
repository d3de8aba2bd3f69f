"""From a chain that was refused to the authority that is missing."""
