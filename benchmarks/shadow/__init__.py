"""Does a server without rows plan as the one whose statistics it has?"""
