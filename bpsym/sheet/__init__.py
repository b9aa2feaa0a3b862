"""From a program and its numbers to what a sheet shows: lines, sections, figures. Templates say it in words."""
