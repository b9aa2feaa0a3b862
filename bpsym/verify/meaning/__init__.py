"""What written mathematics means: shapes and values, names, derivatives, the network a document works."""
