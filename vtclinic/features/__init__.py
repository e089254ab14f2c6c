"""What a clinic does, one package per feature."""
