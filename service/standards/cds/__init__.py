"""CDS Hooks 2.0 (https://cds-hooks.hl7.org/2.0/): passages as information cards at the points where work pauses."""
