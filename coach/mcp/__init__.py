"""The tools that an assistant may use over the Model Context Protocol."""
