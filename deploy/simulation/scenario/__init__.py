"""What happens, one file per place: each step is an async function of the simulation, called on its day by the calendar."""
