"""The demo: Bourgogne-Franche-Comté lives several school years in a minute, through the public interfaces alone.

`region` is the stage, `people` and `fates` who comes and what becomes of them, `client` and `events` how one speaks and
hears, `acts` what happens, `calendar` on which day, `record` what was done and answered, `tally` and `formulas` the
figures that follow from it, `compare` whether the Région's are the same, `play` the whole.
"""
