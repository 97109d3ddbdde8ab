"""Windows over the session: forms, choosers, previews."""
