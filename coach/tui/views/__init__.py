"""State → lines of text: everything the screen says, decided without a screen.

No module here imports textual, so that each of them is tested as a plain function. Text becomes a ``Piece`` only
through ``core.text``: what reaches a widget is safe already.
"""
