class RuleBroken(Exception):
    """A no for a person: its text is a whole sentence in their language, shown as it is.

    It never stands for a mistake of ours. Over HTTP it is a 409.
    """
