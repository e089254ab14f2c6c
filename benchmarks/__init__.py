"""Speed and memory, measured by ratio on whatever machine this is: `vtclinic bench list`."""
