"""Scene breaks as people and machines type them: `***`, `#`, `~`, `⁂`, a line of dashes.

Wider than `text.scene_breaks`, which is for prose that is typed here: this is for files from
elsewhere. Three dots and a lone dash are prose: somebody says nothing.
"""

import re

_MAX_CHARS = 200
_REPEATED = re.compile(r"(?:[*#~=+_•·∙●○◦◆◇◊□■§×°<>|/\\–—―-]\s*){3,}")
_LETTERS = re.compile(r"[xXoO](?:\s+[xXoO])+|(?:[-–—=*~_]\s*){2,}[xXoO0\s]+(?:[-–—=*~_]\s*){2,}")
_SINGLE = re.compile(r"[*#~⁂•·●○◆◇◊§※❦❧☙✦✧✩✪✫✬✭✮✯✰★☆✶✷✸✹✺✽❀❁❂❃❋❖♠♣♥♦♢∞ᴥ࿐༺༻⸻⸺➳➵〜～\ue000-\uf8ff]")


def is_ornament(line: str) -> bool:
    """Whether a line is nothing but a scene break, however it was typed."""
    text = line.strip()
    if not text or len(text) > _MAX_CHARS:
        return False
    if any(map(str.isalnum, text)):
        return _LETTERS.fullmatch(text) is not None
    signs = "".join(text.split())
    return _REPEATED.fullmatch(text) is not None or all(map(_SINGLE.fullmatch, signs))
