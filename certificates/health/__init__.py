"""What in the trust store needs somebody's attention, and when it is looked for."""
