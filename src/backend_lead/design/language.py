"""Whether a text is English: its small words against those of other languages.  Only English is read."""

from __future__ import annotations

import re

# Words that hardly any other language has; "in", "on", "an", "is" and "was" would prove nothing.
_ENGLISH = frozenset((
    "the", "and", "of", "to", "with", "by", "from", "are", "be", "it", "they", "their", "them", "our", "who",
    "what", "when", "where", "that", "which", "this", "these", "those", "can", "must", "should", "may", "would",
    "need", "needs", "want", "wants", "have", "has", "had", "build", "make", "users", "user", "people", "customers",
    "not", "each", "every", "about", "one", "app", "data", "for", "as", "or", "but", "only", "other", "into",
    "than", "there", "no", "us", "we", "you", "your", "if", "per", "all", "some", "then", "up", "out", "after",
    "before", "also", "like", "between", "through", "while"))
_OTHERS = tuple(frozenset(words.split()) for words in (
    "der die das und ist nicht mit für auf ein eine einen einem sich wir sie ihre werden wird sollen soll von dem"
    " den zu bei oder auch kann können jeder alle zum zur im aus nur über",
    "le la les des et est une un pour dans avec sur que qui nous vous leur leurs doit peut être par ne pas au aux ou"
    " du se",
    "el los las una y es para con que en por del se su sus nuestro debe puede cada como más un lo al",
    "il lo gli e è una per con che di del della sono si i nostri deve può ogni come non le un da nel",
    "o os as uma e é para com que em por do da dos das se seu seus deve pode cada como não um na no",
    "de het een en van voor met op dat die zijn wordt worden niet aan kan kunnen moet ook bij er ze onze elke",
    "och att är som för med på inte en ett vi den det kan ska av till de har",
    "og er som for med på ikke en et vi den det kan skal af til de har å av",
    "i w na z do nie że się jest są oraz dla może być który która które przez lub każdy",
    "ja on ei että joka tai ovat kun myös sekä voi jotka kuin mutta",
    "a se je na v s pro do že by jsou nebo který která jako může být",
    "ve bir bu için ile da de her olarak olan gibi kullanıcılar",
    "yang dan untuk dengan di ke dari ini itu pada adalah tidak dapat setiap",
    "és a az egy hogy nem is van meg minden kell vagy"))


def is_english(text: str) -> bool:
    """Say whether a text is English: no other language has more of its small words there.

    A few keywords without any small word are taken for English when they are written in plain letters.
    """
    words = re.findall(r"[^\W\d_]+", text.lower())
    small = [word for word in words if len(word) > 1]
    english = sum(word in _ENGLISH for word in small)
    other = max(sum(word in language for word in small) for language in _OTHERS)
    plain = sum(word.isascii() for word in words)
    return english >= other if english else other == 0 and plain == len(words)
