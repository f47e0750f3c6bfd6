"""What agencies say on topics of their own, `etabli.inbound.<agency>`: the topic's name, and no message, says who speaks."""
