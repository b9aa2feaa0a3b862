"""What one small change would make a wrong formula right."""
