"""The sentence reader: data, training, calibration, weights, card."""
