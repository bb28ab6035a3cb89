"""Ways into other libraries, a module each, which imports its library when used and names the extra for it."""
