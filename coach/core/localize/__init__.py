"""Where the defect may be: spectra, rankings, call traces and mutations."""
