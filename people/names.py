def initials(name: str) -> str:
    """One or two letters for an avatar: of the first and the last word of a name."""
    words = [word for word in name.split() if word[0].isalnum()]
    if not words:
        return "?"
    letters = words[0][0] + (words[-1][0] if len(words) > 1 else "")
    return letters.upper()


def first_name(name: str) -> str:
    """What a teammate is called before customers; of an address the part before the @."""
    return name.split(" ", 1)[0].split("@", 1)[0]
