"""What happens, one file per place: each act is an async function of the stage, called on its day by the calendar."""
