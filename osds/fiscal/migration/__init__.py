"""From older and other notations of the fiscal model to the `model` of Fiscal Data Package 0.3.

`migrate.migrate` is the door: a descriptor goes in, a new one and notes for a person come out. `text.edit` writes the
new one into the text of the old one, so that a diff shows what changed and nothing else.
"""
