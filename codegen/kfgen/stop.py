"""The one way in which the generator refuses a document."""


class Stop(Exception):
    """Something that cannot be expressed: where it stands (a JSON pointer), and why."""

    def __init__(self, place, why):
        super().__init__(f"{place}: {why}")
        self.place = place
        self.why = why
