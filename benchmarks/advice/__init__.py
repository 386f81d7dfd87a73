"""Are the indexes that a diagnosis advises worth what they cost, counted in pages that were really touched?"""
