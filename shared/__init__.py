"""What the four services share: the published language and the machinery that carries it."""
