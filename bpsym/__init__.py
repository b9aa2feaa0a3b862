"""bpsym: derive backpropagation symbolically, print it as worksheets, verify it, set it as homework."""
