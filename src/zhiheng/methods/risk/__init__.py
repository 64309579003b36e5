"""How bad it is: probability and severity of harm, by a matrix of its day, exact to the edge of a band."""
