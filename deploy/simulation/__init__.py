"""The demo: Bourgogne-Franche-Comté lives several school years in a minute, through the public interfaces alone.

`region`, `people`, `profiles` and `orders` say who is there, who comes, what becomes of them and what is ordered, all drawn
beforehand; `dates` and `calendar` on which day which step of `scenario` is taken. `client` asks the services, `listener` waits
for their events, `observations` keeps what was done and answered. `expected` and `expected_figures` count from it what the
Région should read, `compare` whether it does; `run` is the whole, and `state` what every step works with.
"""
