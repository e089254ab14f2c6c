"""The processes of an instance. Nothing is imported here: `runtime.patch()` must come before everything else."""
