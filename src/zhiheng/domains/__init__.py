"""What officials do, one folder each; domains never import each other."""
