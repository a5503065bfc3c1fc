"""What the analysts' pages share: pickers, tables to take along, charts for their questions."""
