"""Widgets: panels of lines, tabs, footer, inputs."""
